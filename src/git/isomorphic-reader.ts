import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MlchainError } from '../errors.ts';
import type { CommitObject } from './commit-object.ts';
import { parseCommit } from './commit-object.ts';
import type { CommitChanges } from './history.ts';
import { IsomorphicObjects } from './isomorphic-objects.ts';
import { supportedGitDir } from './isomorphic-support.ts';
import type { Change } from './log-parser.ts';
import { notedObject } from './note-tree.ts';
import type { Note } from './notes.ts';
import type { RepositoryReader } from './reader.ts';
import { diffTrees } from './tree-diff.ts';
import type { TreeEntry } from './tree-object.ts';

/**
 * Reads a repository without a git binary: the top of a clone, or a bare repository. isomorphic-git is loaded when
 * first needed. Throws `unsupported-repository` where it would misread.
 */
export async function openIsomorphicReader(
  dir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RepositoryReader> {
  const gitDir = supportedGitDir(dir, env);
  return new IsomorphicReader(await IsomorphicObjects.open(gitDir), shallowCommits(gitDir));
}

class IsomorphicReader implements RepositoryReader {
  readonly objectFormat = 'sha1';
  readonly isShallow: boolean;
  readonly #objects: IsomorphicObjects;
  readonly #shallow: ReadonlySet<string>;

  constructor(objects: IsomorphicObjects, shallow: ReadonlySet<string>) {
    this.#objects = objects;
    this.#shallow = shallow;
    this.isShallow = shallow.size > 0;
  }

  async resolveCommit(rev: string): Promise<string> {
    const id = await this.#objects.resolve(rev);
    const commit = id === undefined ? undefined : await this.#peel(id);
    if (commit === undefined) {
      throw new MlchainError('input', `not a commit: '${rev}'`, {
        hint: 'give a branch, a tag or a commit id that is in this repository',
      });
    }
    return commit;
  }

  async readCommit(id: string): Promise<CommitChanges> {
    const commit = await this.#commit(id);
    const boundary = this.#shallow.has(id);
    const against = boundary || commit.parents.length === 0 ? [undefined] : commit.parents;
    const changes = await Promise.all(against.map((parent) => this.#changes(parent, commit.tree)));
    return { id, ...commit, changes, boundary };
  }

  async *readHistory(
    tips: readonly string[],
    exclude: readonly string[] = [],
  ): AsyncGenerator<CommitChanges, void, undefined> {
    const done = new Set<string>();
    for await (const id of this.#walk(exclude, done)) {
      done.add(id);
    }
    for await (const id of this.#walk(tips, done)) {
      done.add(id);
      yield await this.readCommit(id);
    }
  }

  async *listTree(
    commit: string,
    prefixes: readonly string[] = [''],
  ): AsyncGenerator<[path: string, entry: TreeEntry], void, undefined> {
    const { tree } = await this.#commit(commit);
    for await (const { path, after } of diffTrees(this.#objects, undefined, tree)) {
      if (after !== undefined && prefixes.some((prefix) => path.startsWith(prefix))) {
        yield [path, after];
      }
    }
  }

  async readBlob(id: string): Promise<Buffer | undefined> {
    const object = await this.#objects.object(id);
    return object?.type === 'blob' ? object.data : undefined;
  }

  async listRefs(...prefixes: readonly string[]): Promise<Map<string, string>> {
    const refs = await this.#objects.refs();
    return new Map([...refs].filter(([ref]) => isBelow(ref, prefixes)));
  }

  async *listNotes(refOrCommit: string): AsyncGenerator<Note, void, undefined> {
    const commit = await this.#objects.resolve(refOrCommit);
    if (commit === undefined) {
      return;
    }
    for await (const [path, { mode, id }] of this.listTree(commit)) {
      const object = notedObject(path, 2 * this.#objects.idBytes);
      if (object !== undefined && mode.startsWith('100')) {
        yield { object, blob: id };
      }
    }
  }

  async close(): Promise<void> {
    // Nothing stays open between two reads.
  }

  /** Ancestors not yet `done`, parents first; a stack of its own, since a history is deeper than the language's. */
  async *#walk(tips: readonly string[], done: ReadonlySet<string>): AsyncGenerator<string, void, undefined> {
    const stack = tips.map((id) => ({ id, areParentsDone: false }));
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (done.has(top.id)) {
        continue;
      }
      if (top.areParentsDone) {
        yield top.id;
        continue;
      }
      stack.push({ id: top.id, areParentsDone: true });
      const parents = this.#shallow.has(top.id) ? [] : (await this.#commit(top.id)).parents;
      stack.push(...parents.map((id) => ({ id, areParentsDone: false })));
    }
  }

  async #changes(parent: string | undefined, tree: string): Promise<Change[]> {
    const before = parent === undefined ? undefined : (await this.#commit(parent)).tree;
    const changes: Change[] = [];
    for await (const change of diffTrees(this.#objects, before, tree)) {
      changes.push(change);
    }
    return changes;
  }

  async #commit(id: string): Promise<CommitObject> {
    return parseCommit((await this.#objects.expect('commit', id)).toString('utf8'));
  }

  /** A tag object may tag a tag. */
  async #peel(id: string): Promise<string | undefined> {
    const object = await this.#objects.object(id);
    if (object?.type !== 'tag') {
      return object?.type === 'commit' ? id : undefined;
    }
    const [, target] = /^object ([0-9a-f]{40})\n/.exec(object.data.toString('latin1')) ?? [];
    return target === undefined ? undefined : await this.#peel(target);
  }
}

function shallowCommits(gitDir: string): ReadonlySet<string> {
  const file = join(gitDir, 'shallow');
  const text = existsSync(file) ? readFileSync(file, 'latin1') : '';
  return new Set(text.split('\n').filter((line) => line !== ''));
}

/** As `git for-each-ref` takes a prefix: whole parts of a name. */
function isBelow(ref: string, prefixes: readonly string[]): boolean {
  const below = (prefix: string) => `${ref}/`.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  return prefixes.length === 0 || prefixes.some(below);
}
