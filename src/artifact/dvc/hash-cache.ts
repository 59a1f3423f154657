import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Seal } from '../../user/seal.ts';
import { hashTwice, type TwoHashes } from './two-hashes.ts';

const VERSION = '1';
const PURPOSE = 'dvc hashes';
const SEALED = /^([0-9a-f]{64}) (.*)$/;
const RECORD = /^(\S+ \S+ \S+ \S+ \S+) ([0-9a-f]{32}) ([0-9a-f]{64}) (".*")$/;
/** A file that has grown beyond this starts anew. */
const MAX_BYTES = 16 * 1024 * 1024;
/** A file that was written at the very moment it was read may have been written once more (git's "racy" files). */
const SETTLED_MS = 2000;
/** A repository that cannot be written to, or a full disk: only slower. */
const NOT_WRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * Remembers the hashes of data outside of git, in `<common git dir>/mlchain/dvc-hashes/1`, while size, times, inode and
 * device of the file are what they were, as git's index does for its files: a commit must not read a dataset anew that
 * nobody has touched. The time of the last change of the inode is among them, which no program sets at will. Each line is
 * sealed by the user who wrote it: what others put there would be signed for (threat 60).
 */
export class HashCache {
  readonly #file: string;
  readonly #seal: Seal | undefined;
  #known: Map<string, { readonly stat: string; readonly hashes: TwoHashes }> | undefined;

  /** @param seal undefined: nothing is remembered */
  constructor(commonDir: string, seal: Seal | undefined) {
    this.#file = path.join(commonDir, 'mlchain', 'dvc-hashes', VERSION);
    this.#seal = seal;
  }

  hash(file: string): TwoHashes | undefined {
    const before = statOf(file);
    if (before === undefined) return undefined;
    this.#known ??= this.#read();
    const known = this.#known.get(file);
    if (known?.stat === before.text) return known.hashes;
    const hashes = hashTwice(file);
    if (
      hashes !== undefined &&
      Date.now() - before.changedMs > SETTLED_MS &&
      statOf(file)?.text === before.text
    )
      this.#remember(file, before.text, hashes);
    return hashes;
  }

  #read(): Map<string, { readonly stat: string; readonly hashes: TwoHashes }> {
    const known = new Map<string, { stat: string; hashes: TwoHashes }>();
    if (this.#seal === undefined || !fs.existsSync(this.#file)) return known;
    for (const line of fs.readFileSync(this.#file, 'utf8').split('\n')) {
      const [, mark, record] = SEALED.exec(line) ?? [];
      if (mark === undefined || record === undefined || !this.#seal.isIntact(PURPOSE, record, mark)) continue;
      const [, stat, md5, sha256, name] = RECORD.exec(record) ?? [];
      if (stat === undefined || md5 === undefined || sha256 === undefined || name === undefined) continue;
      const size = Number(stat.split(' ')[0]);
      known.set(JSON.parse(name) as string, { stat, hashes: { md5, sha256, size } });
    }
    return known;
  }

  /** One append a line, with a line feed before it: a line that a kill tore is passed over and spoils no other. */
  #remember(file: string, stat: string, hashes: TwoHashes): void {
    this.#known?.set(file, { stat, hashes });
    if (this.#seal === undefined) return;
    const record = `${stat} ${hashes.md5} ${hashes.sha256} ${JSON.stringify(file)}`;
    const line = `\n${this.#seal.mark(PURPOSE, record)} ${record}\n`;
    try {
      fs.mkdirSync(path.dirname(this.#file), { recursive: true });
      const isFull = (fs.statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES;
      fs.writeFileSync(this.#file, line, { flag: isFull ? 'w' : 'a' });
    } catch (error) {
      if (!NOT_WRITABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function statOf(file: string): { readonly text: string; readonly changedMs: number } | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  if (stat?.isFile() !== true) return undefined;
  const { size, mtimeNs, ctimeNs, ino, dev } = stat;
  return {
    text: [size, mtimeNs, ctimeNs, ino, dev].join(' '),
    changedMs: Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6,
  };
}
