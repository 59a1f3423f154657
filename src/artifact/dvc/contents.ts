import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Repository } from '../../git/repository.ts';
import { dirDigest } from '../../intoto/digest.ts';
import { dvcHash } from '../kind.ts';
import { type ManifestEntry, manifestMd5, parseManifest } from './manifest.ts';
import { hashTwice, type TwoHashes } from './two-hashes.ts';

/** An artifact as a link names it → the output: `dir:data/raw` is `data/raw/`. */
export function dvcOutput(name: string): string {
  return name.startsWith('dir:') ? `${name.slice('dir:'.length)}/` : name;
}

/** A file that was found. */
export interface DvcFile {
  readonly sha256: string;
  /** Where it lies, absolute. */
  readonly place: string;
}

/** What an output holds, as found. */
export type DvcContent =
  | (DvcFile & { readonly files: undefined })
  /** A directory: its `dir:` digest, and what lies in it by the path below it. */
  | { readonly sha256: string; readonly files: ReadonlyMap<string, DvcFile> };

/**
 * `here`: with the very MD5 that the pointer names. `differs`: something else lies in its place, and this is its MD5.
 * `absent`: neither in DVC's cache nor in the work tree.
 */
export type DvcLookup =
  | { readonly state: 'here'; readonly content: DvcContent }
  | { readonly state: 'differs'; readonly file: string; readonly found: string }
  | { readonly state: 'absent' };

/** A file with the hashes it has; undefined where there is none. */
type HashFile = (file: string) => TwoHashes | undefined;

const LARGEST_MANIFEST = 512 * 1024 * 1024;

/**
 * Finds what pointers of DVC stand for, in this clone alone: in the cache of the DVC project (its layout of DVC 3, and
 * the one before) and in the work tree. Whatever is found is believed by its hash, so links may be followed.
 */
export class DvcContents {
  readonly #top: string | undefined;
  readonly #hash: HashFile;

  /** @param hash reads a file, or remembers what it read */
  constructor(repo: Repository, hash: HashFile = hashTwice) {
    this.#top = repo.workTree;
    this.#hash = hash;
  }

  /** The content of an output, wherever it is. The work tree is asked last: a file there may have been changed since. */
  find(output: string, kind: string): DvcLookup {
    const cached = this.inCache(output, kind);
    return cached.state === 'here' ? cached : this.inWorkTree(output, kind);
  }

  inCache(output: string, kind: string): DvcLookup {
    const hash = dvcHash(kind);
    if (hash === undefined || this.#top === undefined) return { state: 'absent' };
    if (hash.isDirectory) return this.#directory(output, hash.md5, () => undefined);
    return this.#object(output, hash.md5);
  }

  inWorkTree(output: string, kind: string): DvcLookup {
    const hash = dvcHash(kind);
    if (hash === undefined || this.#top === undefined) return { state: 'absent' };
    const place = path.join(this.#top, output);
    if (!hash.isDirectory) return this.#file(place, output, hash.md5);
    if (fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) return { state: 'absent' };
    return this.#directory(output, hash.md5, (relpath) => path.join(place, relpath));
  }

  /** A file of the cache. One with another content than its name says is damaged: as good as absent, for DVC as well. */
  #object(output: string, md5: string): DvcLookup {
    let damaged: DvcLookup = { state: 'absent' };
    for (const file of this.#cachePaths(output, md5)) {
      const found = this.#file(file, path.relative(this.#top ?? '', file), md5);
      if (found.state === 'here') return found;
      if (found.state === 'differs') damaged = found;
    }
    return damaged;
  }

  #file(file: string, name: string, md5: string): DvcLookup {
    const hashes = this.#hash(file);
    if (hashes === undefined) return { state: 'absent' };
    if (hashes.md5 !== md5) return { state: 'differs', file: name, found: hashes.md5 };
    return { state: 'here', content: { sha256: hashes.sha256, place: file, files: undefined } };
  }

  /**
   * @param place where a file of the directory lies in the work tree; undefined: only the cache is asked
   */
  #directory(output: string, md5: string, place: (relpath: string) => string | undefined): DvcLookup {
    const entries = this.#manifest(output, md5);
    if (entries === undefined) {
      const base = place('.');
      return base === undefined ? { state: 'absent' } : this.#unlisted(output, base, md5);
    }
    const files = new Map<string, DvcFile>();
    for (const entry of entries) {
      const file = place(entry.relpath);
      const found =
        file === undefined
          ? this.#object(output, entry.md5)
          : this.#file(file, output + entry.relpath, entry.md5);
      if (found.state !== 'here') return found;
      if (found.content.files === undefined) files.set(entry.relpath, found.content);
    }
    return { state: 'here', content: directoryOf(files) };
  }

  #manifest(output: string, md5: string): readonly ManifestEntry[] | undefined {
    for (const file of this.#cachePaths(output, `${md5}.dir`)) {
      const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? Infinity;
      if (size > LARGEST_MANIFEST || this.#hash(file)?.md5 !== md5) continue;
      return parseManifest(fs.readFileSync(file));
    }
    return undefined;
  }

  /** Without a manifest all that lies there is taken for the output, as DVC does but for what `.dvcignore` names. */
  #unlisted(output: string, base: string, md5: string): DvcLookup {
    const files = new Map<string, DvcFile>();
    const entries: ManifestEntry[] = [];
    for (const relpath of filesBelow(base)) {
      const hashes = this.#hash(path.join(base, relpath));
      if (hashes === undefined) continue;
      entries.push({ relpath, md5: hashes.md5 });
      files.set(relpath, { sha256: hashes.sha256, place: path.join(base, relpath) });
    }
    const found = manifestMd5(entries);
    if (found !== md5) return { state: 'differs', file: output, found: `${found}.dir` };
    return { state: 'here', content: directoryOf(files) };
  }

  /** Every DVC project that the output may belong to: those at the directories above it. */
  #cachePaths(output: string, name: string): readonly string[] {
    const above = [...output.matchAll(/\//g)].map(({ index }) => output.slice(0, index)).toReversed();
    return [...above, ''].flatMap((directory) => {
      const cache = path.join(this.#top ?? '', directory, '.dvc', 'cache');
      const short = path.join(name.slice(0, 2), name.slice(2));
      return [path.join(cache, 'files', 'md5', short), path.join(cache, short)];
    });
  }
}

function directoryOf(files: ReadonlyMap<string, DvcFile>): DvcContent {
  return { sha256: dirDigest([...files].map(([relpath, { sha256 }]) => [relpath, sha256])), files };
}

/** `/`-separated, below the directory; links to directories are not followed. */
function filesBelow(base: string): string[] {
  return fs
    .readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => path.relative(base, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}
