import * as path from 'node:path';
import { FileHasher } from '../artifact/hash-file.ts';
import type { Artifact } from '../artifact/kind.ts';
import { parseLfsPointer } from '../artifact/lfs.ts';
import type { Repository } from '../git/repository.ts';
import { isRegularFile, type Look, mismatch } from './deep-look.ts';
import { lfsObject } from './lfs-content.ts';

/** The contents of git-lfs files: in the store of git-lfs, and where they are checked out. */
export class LfsContents {
  readonly #repo: Repository;
  readonly #commit: string;
  readonly #workTree: string | undefined;
  readonly #hasher = new FileHasher();

  constructor(repo: Repository, commit: string, workTree: string | undefined) {
    this.#repo = repo;
    this.#commit = commit;
    this.#workTree = workTree;
  }

  async look(name: string, { digest: oid }: Artifact): Promise<Look> {
    const expected = { oid, size: await this.#sizeOf(name) };
    const store = this.#repo.commonDir;
    const looks = [await this.#lookAt('the store of git-lfs', store, lfsObject(this.#repo, oid), expected)];
    const top = this.#workTree;
    if (top !== undefined)
      looks.push(await this.#lookAt('the work tree', top, path.join(top, name), expected));
    const wrong = looks.find((look) => typeof look === 'object');
    if (wrong !== undefined || looks.includes('right')) return wrong;
    return { code: 'object-missing', severity: 'incomplete', place: 'git-lfs', expected: `sha256:${oid}` };
  }

  /** A pointer in the place of its content says that the content was not fetched. */
  async #lookAt(
    place: string,
    top: string,
    file: string,
    { oid, size }: { readonly oid: string; readonly size: bigint | undefined },
  ): Promise<NonNullable<Look> | 'right' | 'absent'> {
    const found = isRegularFile(file, top) ? await this.#hasher.hashIfThere(file) : undefined;
    if (found === undefined || found.pointer?.oid === oid) return 'absent';
    if (found.sha256 !== oid) return mismatch(place, `sha256:${oid}`, `sha256:${found.sha256}`);
    if (size === undefined || BigInt(found.size) === size) return 'right';
    return mismatch(place, `${size} bytes`, `${found.size} bytes`);
  }

  async #sizeOf(name: string): Promise<bigint | undefined> {
    const object = await this.#repo.objects.read(`${this.#commit}:${name}`);
    return object === undefined ? undefined : parseLfsPointer(object.data)?.size;
  }
}
