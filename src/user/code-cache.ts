import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDirectory } from './data-directory.ts';
import { privateDirectory } from './private-directory.ts';
import { Seal } from './seal.ts';

/** One for each command, and those of a version before. */
const KEPT = 32;
const MARK_OCTETS = 64;

/**
 * What V8 made of our own program, in `$XDG_CACHE_HOME/git-mlchain/code`. It is code: V8 runs what it is handed, having
 * compared no more than versions and the length of the source. So each file has this user's seal (threat 60), over its
 * content and its name, and the name says what it was made of.
 */
export class CodeCache {
  readonly directory: string;
  readonly #seal: Seal;

  private constructor(directory: string, seal: Seal) {
    this.directory = directory;
    this.#seal = seal;
  }

  /** Undefined where nothing can be kept that is this user's alone. @throws the error of node:fs */
  static open(env: NodeJS.ProcessEnv): CodeCache | undefined {
    const directory = privateDirectory(path.join(cacheDirectory(env), 'code'));
    const seal = directory === undefined ? undefined : Seal.open(env);
    return directory === undefined || seal === undefined ? undefined : new CodeCache(directory, seal);
  }

  /** What was written under the name; undefined where that is missing or anything but that. */
  read(name: string): Buffer | undefined {
    const file = path.join(this.directory, name);
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    const found = fs.readFileSync(file);
    const content = found.subarray(MARK_OCTETS);
    const mark = found.toString('latin1', 0, MARK_OCTETS);
    return this.#seal.isIntact(purpose(name), content, mark) ? content : undefined;
  }

  /** Whole or not at all, and what is too much goes: other versions', then what was written longest ago. */
  write(name: string, content: Buffer): void {
    const file = path.join(this.directory, name);
    const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
    const mark = Buffer.from(this.#seal.mark(purpose(name), content), 'latin1');
    try {
      fs.writeFileSync(draft, Buffer.concat([mark, content]), { flag: 'wx', mode: 0o600 });
      fs.renameSync(draft, file);
    } finally {
      fs.rmSync(draft, { force: true });
    }
    this.#removeOldest();
  }

  #removeOldest(): void {
    const files = fs.readdirSync(this.directory).map((name) => path.join(this.directory, name));
    const age = new Map(
      files.map((file) => [file, fs.lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]),
    );
    files.sort((a, b) => (age.get(b) ?? 0) - (age.get(a) ?? 0));
    for (const file of files.slice(KEPT)) fs.rmSync(file, { recursive: true, force: true });
  }
}

function purpose(name: string): string {
  return `code ${name}`;
}
