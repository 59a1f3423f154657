import * as fs from 'node:fs';
import { MlchainError } from '../errors.ts';
import type { GitObject, LimitedObject } from './objects.ts';
import type { Body, ObjectInfo } from './replies.ts';

type Isomorphic = typeof import('isomorphic-git');

const FULL_ID = /^[0-9a-f]{40}$/;
/** git-check-ref-format(1). A name is joined to a directory, so `..` must not get there. */
const REF_NAME = /^(?![./-])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\0-\x20~^:?*[\\\x7f]+$/;
/** gitrevisions(7): what an object leads to, tags peeled. */
const PEELED = /^(.*)\^\{(commit|tree)\}$/s;

/**
 * Objects and refs by isomorphic-git, of which only what reads one object or one ref is used: its notes do not know
 * fan-out, its trees lose names that are not UTF-8, its lists of refs take `refs/a-b` to lie below `refs/a`. What it has
 * read of a pack it keeps, so each is read once.
 */
export class IsomorphicObjects {
  readonly #git: Isomorphic;
  readonly #at: { readonly fs: typeof fs; readonly gitdir: string; readonly cache: object };

  private constructor(git: Isomorphic, gitdir: string) {
    this.#git = git;
    this.#at = { fs, gitdir, cache: {} };
  }

  static async open(gitDir: string): Promise<IsomorphicObjects> {
    const { default: git } = await import('isomorphic-git');
    return new IsomorphicObjects(git, gitDir);
  }

  /**
   * `undefined` when it is not here. Of git's names, those that need no history to be understood: an id, a ref, and
   * either with `^{commit}` or `^{tree}`. Throws for all others: "not here" would be a guess.
   */
  async read(spec: string): Promise<GitObject | undefined> {
    const [, name = spec, type] = PEELED.exec(spec) ?? [];
    if (!REF_NAME.test(name)) {
      throw new MlchainError('git', `not a name that can be looked up without git: '${spec}'`);
    }
    const id = await this.resolve(name);
    const object = id === undefined ? undefined : await this.#object(id);
    return type === undefined ? object : await this.#peel(object, type);
  }

  async info(spec: string): Promise<ObjectInfo | undefined> {
    const object = await this.read(spec);
    return object && { id: object.id, type: object.type, size: object.size };
  }

  /** Many objects in the order asked, each taken by a body of the caller's; `undefined` for one that is not here. */
  async *each<T>(
    specs: Iterable<string>,
    open: (info: ObjectInfo) => Body<T>,
  ): AsyncGenerator<T | undefined, void, undefined> {
    for (const spec of specs) {
      const object = await this.read(spec);
      const body = object && open(object);
      if (object !== undefined) body?.write(object.data);
      yield body?.close();
    }
  }

  /** Foreign objects, without the content of what is larger than `maxBytes`. */
  async *readManyWithin(
    maxBytes: number,
    specs: Iterable<string>,
  ): AsyncGenerator<LimitedObject | undefined, void, undefined> {
    for (const spec of specs) {
      const object = await this.read(spec);
      yield object && (object.size <= maxBytes ? object : { ...object, data: undefined });
    }
  }

  /** The id that a full id, a ref, a short ref name or an abbreviated id stands for. */
  async resolve(name: string): Promise<string | undefined> {
    if (FULL_ID.test(name)) {
      return name;
    }
    if (!REF_NAME.test(name)) {
      return undefined;
    }
    const id = await orUndefined(this.#git.resolveRef({ ...this.#at, ref: name }));
    const isAbbreviation = id === undefined && /^[0-9a-f]{4,}$/.test(name);
    return isAbbreviation ? await orUndefined(this.#git.expandOid({ ...this.#at, oid: name })) : id;
  }

  /** Refs below the prefixes (default: all) with the id each holds, as `git for-each-ref` takes a prefix: whole parts. */
  async refs(prefixes: readonly string[]): Promise<Map<string, string>> {
    const names = await this.#git.listRefs({ ...this.#at, filepath: 'refs' });
    // A lock lies beside the refs and is none.
    const refs = names.map((name) => `refs/${name}`).filter((ref) => REF_NAME.test(ref));
    const found = new Map<string, string>();
    for (const ref of refs.filter((each) => isBelow(each, prefixes))) {
      // Like git, without those that lead nowhere: the HEAD of a remote whose branch is gone.
      const id = await orUndefined(this.#git.resolveRef({ ...this.#at, ref }));
      if (id !== undefined) {
        found.set(ref, id);
      }
    }
    return found;
  }

  async #object(id: string): Promise<GitObject | undefined> {
    const found = await orUndefined(this.#git.readObject({ ...this.#at, oid: id, format: 'content' }));
    if (found?.format !== 'content') {
      return undefined;
    }
    const { buffer, byteOffset, byteLength } = found.object;
    return { id, type: found.type, size: byteLength, data: Buffer.from(buffer, byteOffset, byteLength) };
  }

  /** A tag object may tag a tag; a commit has a tree. */
  async #peel(object: GitObject | undefined, type: string): Promise<GitObject | undefined> {
    if (object === undefined || object.type === type) {
      return object;
    }
    const field = object.type === 'tag' ? /^object ([0-9a-f]{40})\n/ : /^tree ([0-9a-f]{40})\n/;
    const isOnTheWay = object.type === 'tag' || (object.type === 'commit' && type === 'tree');
    const [, target] = (isOnTheWay && field.exec(object.data.toString('latin1'))) || [];
    return target === undefined ? undefined : await this.#peel(await this.#object(target), type);
  }
}

function isBelow(ref: string, prefixes: readonly string[]): boolean {
  const below = (prefix: string) => `${ref}/`.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  return prefixes.length === 0 || prefixes.some(below);
}

/** Only "there is no such thing" is an answer; whatever else isomorphic-git throws is a failure. */
async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'NotFoundError') {
      return undefined;
    }
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new MlchainError('git', `isomorphic-git: ${message}`, { cause });
  }
}
