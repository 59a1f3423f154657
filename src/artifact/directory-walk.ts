import * as fs from 'node:fs';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { decodePath } from '../git/paths.ts';
import type { Artifacts, DigestSet } from '../intoto/digest.ts';
import { expectArtifactName } from './artifact-name.ts';
import { DEFAULT_EXCLUDES, excludeFilter } from './exclude-pattern.ts';
import { FileHasher } from './hash-file.ts';

export interface DirectoryWalk {
  /** Absolute; `paths` and the recorded names are relative to it. */
  readonly base: string;
  /** Files and directories, the latter walked to the bottom. */
  readonly paths: readonly string[];
  /** .gitignore patterns, in place of in-toto's defaults. */
  readonly exclude?: readonly string[] | undefined;
  /** Taken off the front of names: the first that fits. */
  readonly lstripPaths?: readonly string[] | undefined;
}

export interface WalkedDirectory {
  readonly artifacts: Artifacts;
  /** Asked for, but not there. in-toto says nothing; a caller who signs should. */
  readonly missing: readonly string[];
}

/** A tree of links to links has no end that matters; past so many directories somebody plays a game. */
const MAX_DIRECTORIES = 1_000_000;

/**
 * Records artifacts of a plain directory as `in-toto-run` does: SHA-256 of the raw content; links are followed and
 * recorded under their own name, dead ones and special files left out; backslashes in names become slashes. Stricter
 * than in-toto 1.3.1: a link back into its own ancestors is not followed (in-toto goes round 40 times), two files may
 * not get one name, and a name that is not UTF-8 is an error in words.
 * @throws MlchainError
 */
export function walkDirectory(walk: DirectoryWalk): WalkedDirectory {
  return new Walker(walk).run();
}

/** Everything below a directory but in-toto's default excludes: what an inspection records before and after. */
export function recordDirectory(base: string): Artifacts {
  return walkDirectory({ base, paths: ['.'] }).artifacts;
}

class Walker {
  readonly #walk: DirectoryWalk;
  readonly #isExcluded: (name: string) => boolean;
  readonly #hasher = new FileHasher();
  readonly #artifacts = new Map<string, DigestSet>();
  /** Recorded name → where it came from. */
  readonly #sources = new Map<string, string>();
  readonly #missing: string[] = [];
  #directories = 0;

  constructor(walk: DirectoryWalk) {
    this.#walk = walk;
    this.#isExcluded = excludeFilter(walk.exclude ?? DEFAULT_EXCLUDES);
    expectDistinctPrefixes(walk.lstripPaths ?? []);
  }

  run(): WalkedDirectory {
    const names = new Set(this.#walk.paths.map(normalize));
    for (const name of [...names].filter((each) => !this.#isExcluded(each)).sort()) {
      const stat = this.#stat(name);
      if (stat === undefined) this.#missing.push(name);
      else if (stat.isDirectory()) this.#enter(name, stat, []);
      else if (stat.isFile()) this.#record(name);
    }
    return { artifacts: this.#artifacts, missing: this.#missing };
  }

  /** @param above identities of the directories on the way here. */
  #enter(directory: string, stat: fs.Stats, above: readonly string[]): void {
    const identity = `${stat.dev}:${stat.ino}`;
    if (above.includes(identity)) return;
    this.#directories++;
    if (this.#directories > MAX_DIRECTORIES) {
      throw new MlchainError(
        'input',
        `expected at most ${MAX_DIRECTORIES} directories below ${this.#walk.base}`,
      );
    }
    for (const name of this.#entries(directory).filter((each) => !this.#isExcluded(each))) {
      const below = this.#stat(expectArtifactName(name));
      if (below?.isDirectory()) this.#enter(name, below, [...above, identity]);
      else if (below?.isFile()) this.#record(name);
    }
  }

  /** What lies in a directory, by names relative to the base. */
  #entries(directory: string): string[] {
    const names = fs.readdirSync(this.#file(directory), { encoding: 'buffer' }).map(decodePath);
    return names.map((name) => (directory === '.' ? name : `${directory}/${name}`)).sort();
  }

  /** Follows links; undefined for what is not there or a link that leads nowhere. */
  #stat(name: string): fs.Stats | undefined {
    try {
      return fs.statSync(this.#file(name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
      throw error;
    }
  }

  #record(file: string): void {
    const name = this.#strip(file.replaceAll('\\', '/'));
    const source = this.#sources.get(name);
    if (source === file) return;
    if (source !== undefined) {
      throw new MlchainError('input', `two files would be recorded as ${name}: ${source} and ${file}`);
    }
    this.#sources.set(name, file);
    const { sha256 } = this.#hasher.hashFile(fs.realpathSync(this.#file(file)));
    this.#artifacts.set(name, new Map([['sha256', sha256]]));
  }

  #strip(name: string): string {
    const prefix = this.#walk.lstripPaths?.find((each) => name.startsWith(each));
    return prefix === undefined ? name : name.slice(prefix.length);
  }

  #file(name: string): string {
    return path.resolve(this.#walk.base, name);
  }
}

/** Python's `os.path.normpath`: no trailing slash, `.` for nothing. */
function normalize(name: string): string {
  const normal = path.normalize(name === '' ? '.' : name);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Of two prefixes of which one begins the other, which one is taken off would depend on their order. */
function expectDistinctPrefixes(prefixes: readonly string[]): void {
  prefixes.forEach((one, at) => {
    const other = prefixes.find((each, index) => index !== at && each.startsWith(one));
    if (other === undefined) return;
    throw new MlchainError(
      'usage',
      `expected prefixes to strip that do not begin each other, found ${one} and ${other}`,
    );
  });
}
