import * as fs from 'node:fs';
import { MlchainError } from '../errors.ts';
import { HOW_TO_FETCH } from './git-error.ts';
import type { TreeSource } from './note-tree.ts';
import type { ObjectType } from './replies.ts';

type Isomorphic = typeof import('isomorphic-git');

export interface RawObject {
  readonly type: ObjectType;
  readonly data: Buffer;
}

const FULL_ID = /^[0-9a-f]{40}$/;
/** git-check-ref-format(1). A name is joined to a directory, so `..` must not get there. */
const REF_NAME = /^(?![./-])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\0-\x20~^:?*[\\\x7f]+$/;

/**
 * Objects and refs by isomorphic-git, of which only what reads one object or one ref is used: its notes do not know
 * fan-out, its trees lose names that are not UTF-8, its lists of refs take `refs/a-b` to lie below `refs/a`.
 */
export class IsomorphicObjects implements TreeSource {
  readonly idBytes = 20;
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

  /** A tree's content. */
  async read(treeId: string): Promise<Buffer> {
    return await this.expect('tree', treeId);
  }

  /** `undefined` when it is not here. */
  async object(id: string): Promise<RawObject | undefined> {
    const found = await orUndefined(this.#git.readObject({ ...this.#at, oid: id, format: 'content' }));
    return found?.format === 'content' ? { type: found.type, data: Buffer.from(found.object) } : undefined;
  }

  /** Throws `incomplete` when it is not here. */
  async expect(type: ObjectType, id: string): Promise<Buffer> {
    const object = await this.object(id);
    if (object === undefined) {
      throw new MlchainError('incomplete', `${type} ${id} is named but not here`, {
        hint: HOW_TO_FETCH,
      });
    }
    if (object.type !== type) {
      throw new MlchainError('git', `${id}: expected a ${type}, found a ${object.type}`);
    }
    return object.data;
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

  async refs(): Promise<Map<string, string>> {
    const names = await this.#git.listRefs({ ...this.#at, filepath: 'refs' });
    // A lock lies beside the refs and is none.
    const refs = names.map((name) => `refs/${name}`).filter((ref) => REF_NAME.test(ref));
    const found = new Map<string, string>();
    for (const ref of refs) {
      // Like git, without those that lead nowhere: the HEAD of a remote whose branch is gone.
      const id = await orUndefined(this.#git.resolveRef({ ...this.#at, ref }));
      if (id !== undefined) {
        found.set(ref, id);
      }
    }
    return found;
  }
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
