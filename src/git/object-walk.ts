import { MlchainError } from '../errors.ts';
import { type CommitChanges, type HistoryRequest, touching } from './commit-changes.ts';
import { type CommitObject, parseCommit } from './commit-object.ts';
import { HOW_TO_FETCH } from './git-error.ts';
import type { IsomorphicObjects } from './isomorphic-objects.ts';
import type { Change } from './log-parser.ts';
import type { TreeSource } from './note-tree.ts';
import { diffTrees } from './tree-diff.ts';

/** Undoing the deltas of a pack again is what takes the time. */
const MOST_TREE_BYTES = 64 * 1024 * 1024;

/** History and trees where there is no git: object by object, in the order and with the words of git. */
export class ObjectWalk {
  readonly #objects: IsomorphicObjects;
  readonly #shallow: ReadonlySet<string>;
  readonly #source: TreeSource;
  readonly #commits = new Map<string, CommitObject>();
  readonly #trees = new Map<string, Buffer>();
  #heldBytes = 0;

  /** @param shallow the commits at which a shallow clone was cut off */
  constructor(objects: IsomorphicObjects, shallow: ReadonlySet<string>) {
    this.#objects = objects;
    this.#shallow = shallow;
    this.#source = { idBytes: 20, read: (id) => this.#tree(id) };
  }

  async *history(request: HistoryRequest): AsyncGenerator<CommitChanges, void, undefined> {
    const { tips, exclude = [], changes = true, paths = [] } = request;
    const excluded = await this.reachable(exclude);
    const order = topologicalOrder(tips, await this.reachable(tips, excluded));
    for (const id of request.order === 'oldest-first' ? order.reverse() : order) {
      const commit = await this.#commitChanges(id, changes);
      const wanted = changes ? touching(commit, paths) : commit;
      if (wanted !== undefined) yield wanted;
    }
  }

  async commit(id: string): Promise<CommitChanges> {
    return await this.#commitChanges(id, true);
  }

  /** Commits reachable from the tips and not among the excluded, with their parents; none at the edge of a shallow clone. */
  async reachable(
    tips: readonly string[],
    excluded: ReadonlyMap<string, CommitObject> = new Map(),
  ): Promise<Map<string, CommitObject>> {
    const found = new Map<string, CommitObject>();
    // A stack of its own: a history is deeper than the language's.
    const open = [...tips];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id) || excluded.has(id)) continue;
      const commit = await this.#commit(id);
      found.set(id, this.#shallow.has(id) ? { ...commit, parents: [] } : commit);
      open.push(...(found.get(id)?.parents ?? []));
    }
    return found;
  }

  async #commitChanges(id: string, withChanges: boolean): Promise<CommitChanges> {
    const commit = await this.#commit(id);
    const boundary = this.#shallow.has(id);
    const against = boundary || commit.parents.length === 0 ? [undefined] : commit.parents;
    const changes: (readonly Change[])[] = [];
    for (const parent of against) changes.push(withChanges ? await this.#changes(parent, commit.tree) : []);
    return { id, ...commit, changes, boundary };
  }

  async #changes(parent: string | undefined, tree: string): Promise<Change[]> {
    const before = parent === undefined ? undefined : (await this.#commit(parent)).tree;
    const changes: Change[] = [];
    for await (const change of diffTrees(this.#source, before, tree)) changes.push(change);
    return changes;
  }

  async #commit(id: string): Promise<CommitObject> {
    const known = this.#commits.get(id) ?? parseCommit(textOf(await this.#read('commit', id)));
    this.#commits.set(id, known);
    return known;
  }

  /** A tree is asked for as what one commit left and as what the next one found, and again in the next walk. */
  async #tree(id: string): Promise<Buffer> {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const data = await this.#read('tree', id);
    if (this.#heldBytes > MOST_TREE_BYTES) {
      this.#trees.clear();
      this.#heldBytes = 0;
    }
    this.#trees.set(id, data);
    this.#heldBytes += data.length;
    return data;
  }

  /** Throws `incomplete` when it is not here. */
  async #read(type: 'commit' | 'tree', id: string): Promise<Buffer> {
    const object = await this.#objects.read(id);
    if (object === undefined) {
      throw new MlchainError('incomplete', `${type} ${id} is named but not here`, { hint: HOW_TO_FETCH });
    }
    if (object.type !== type) {
      throw new MlchainError('git', `${id}: expected a ${type}, found a ${object.type}`);
    }
    return object.data;
  }
}

/** As `git log --encoding=UTF-8` shows it: for git a commit ends at its first NUL. */
function textOf(data: Buffer): string {
  const end = data.indexOf(0);
  const bytes = end === -1 ? data : data.subarray(0, end);
  const header = bytes.toString('latin1').split('\n\n', 1)[0] ?? '';
  const [, encoding = 'utf-8'] = /^encoding (.+)$/m.exec(header) ?? [];
  return decoderFor(encoding).decode(bytes);
}

/** Who names an encoding that nobody knows is read as if he had named none. */
function decoderFor(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { ignoreBOM: true });
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder('utf-8', { ignoreBOM: true });
    throw error;
  }
}

/**
 * Every commit before its parents, side by side histories not mixed: git's `--topo-order` (commit.c,
 * `sort_in_topological_order`). What is newest in this order decides which link is effective, so it has to be git's own.
 */
function topologicalOrder(tips: readonly string[], commits: ReadonlyMap<string, CommitObject>): string[] {
  const children = new Map<string, number>();
  for (const { parents } of commits.values()) {
    for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const time = (id: string) => commits.get(id)?.committer.time ?? 0;
  const heads = [...new Set(tips)].filter((id) => commits.has(id) && !children.has(id));
  const stack = heads.sort((one, other) => time(other) - time(one)).reverse();
  const order: string[] = [];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    order.push(id);
    for (const parent of commits.get(id)?.parents ?? []) {
      const left = (children.get(parent) ?? 0) - 1;
      children.set(parent, left);
      if (left === 0 && commits.has(parent)) stack.push(parent);
    }
  }
  return order;
}
