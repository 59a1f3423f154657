import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import type { NoteProblem } from '../ledger/entry.ts';
import type { EvidenceRef } from '../ledger/read-notes.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { certificateFromText, certificateToText } from '../openpgp/certificate-text.ts';
import { bestEffort } from '../user/best-effort.ts';
import { Seal } from '../user/seal.ts';
import type { Trust } from '../verify/facts.ts';
import type { LogEntry } from '../verify/log-entry.ts';
import type { Memory } from '../verify/memory.ts';
import { type MemoryText, memoryFromText, memoryToText } from '../verify/memory-text.ts';
import { version } from '../version.ts';

/** Goes up whenever a history may be judged differently than before, or the file is written in another way. */
const FORMAT = 6;
const PURPOSE = 'verified history';
const MOST_FILES = 24;
const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MAX_BYTES = 64 * 1024 * 1024;
const NAME = /^([0-9a-f]{16})-([0-9a-f]{40}|[0-9a-f]{64})$/;
const MARK_DIGITS = 64;

/** A history that was found verified, and all that this rests on beside the commits themselves. */
export interface Checkpoint {
  readonly memory: Memory;
  /** The notes commits that were read. */
  readonly evidence: readonly EvidenceRef[];
  /** What could not be read in them: malformed lines. */
  readonly problems: readonly NoteProblem[];
  /** All versions that ever lay in the history, newest first. */
  readonly certificates: readonly Certificate[];
  /** Of the newest commits, newest first. */
  readonly log: readonly LogEntry[];
}

interface CheckpointText extends Omit<Checkpoint, 'memory' | 'certificates'> {
  readonly memory: MemoryText;
  readonly certificates: readonly string[];
}

/**
 * Histories that this clone found verified: `<common git dir>/mlchain/verified/<circumstances>-<tip>` (`product.md`
 * §6.7). The circumstances are whatever a verdict depends on beside commits and evidence: whom is trusted and how, the
 * version of this program, the repository. Of those, and of the user's secret, the first part of the name is made; the
 * content is sealed together with the name, so that a file that was edited, or came with a git directory from somebody
 * else, or lay somewhere else, is none (threat 60).
 *
 * Files are written whole under a name of their own and renamed, so processes side by side read one or the other; the
 * directory may be deleted at any time.
 */
export class Checkpoints {
  readonly #dir: string;
  readonly #seal: Seal;
  readonly #circumstances: string;

  private constructor(dir: string, seal: Seal, circumstances: string) {
    this.#dir = dir;
    this.#seal = seal;
    this.#circumstances = circumstances;
  }

  /** Undefined where this user has nothing to seal with. */
  static open(repo: Repository, { owners, threshold, id, strict }: Trust): Checkpoints | undefined {
    const seal = Seal.open(repo.env);
    if (seal === undefined) return undefined;
    const circumstances = JSON.stringify([FORMAT, version, repo.commonDir, owners, threshold, id, strict]);
    const dir = path.join(repo.commonDir, 'mlchain', 'verified');
    return new Checkpoints(dir, seal, seal.mark('circumstances', circumstances).slice(0, 16));
  }

  /** Commits whose history was verified under these circumstances, if the files are what they seem. */
  tips(): ReadonlySet<string> {
    const names = bestEffort(() => fs.readdirSync(this.#dir)) ?? [];
    return new Set(names.flatMap((name) => this.#tipOf(name) ?? []));
  }

  /** Undefined where there is none, or none that this user's own git-mlchain wrote under just this name. */
  read(tip: string): Checkpoint | undefined {
    const file = this.#file(tip);
    const data = bestEffort(() => fs.readFileSync(file));
    const body = data?.subarray(MARK_DIGITS + 1);
    if (data === undefined || body === undefined) return undefined;
    const mark = data.toString('latin1', 0, MARK_DIGITS);
    if (!this.#seal.isIntact(`${PURPOSE} ${path.basename(file)}`, body, mark)) return undefined;
    // What is used is kept longest.
    bestEffort(() => fs.utimesSync(file, new Date(), new Date()));
    return fromText(JSON.parse(body.toString('utf8')) as CheckpointText);
  }

  /** Never a reason to fail: what is not remembered is judged again. */
  write(checkpoint: Checkpoint): void {
    const { memory, certificates } = checkpoint;
    const file = this.#file(memory.tip);
    const text: CheckpointText = {
      ...checkpoint,
      memory: memoryToText(memory),
      certificates: certificates.map(certificateToText),
    };
    const body = Buffer.from(JSON.stringify(text));
    if (body.length > MAX_FILE_BYTES) return;
    const mark = this.#seal.mark(`${PURPOSE} ${path.basename(file)}`, body);
    bestEffort(() => {
      fs.mkdirSync(this.#dir, { recursive: true });
      const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
      fs.writeFileSync(draft, Buffer.concat([Buffer.from(`${mark}\n`), body]), { flag: 'wx' });
      fs.renameSync(draft, file);
      this.#prune();
    });
  }

  /** The ones used last stay; what a killed process left half-written goes like any other. */
  #prune(): void {
    const files = fs.readdirSync(this.#dir).flatMap((name) => {
      const stat = fs.statSync(path.join(this.#dir, name), { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ name, used: stat.mtimeMs, size: stat.size }];
    });
    let room = MAX_BYTES;
    for (const [at, { name, size }] of files.sort((one, other) => other.used - one.used).entries()) {
      room -= size;
      if (at >= MOST_FILES || room < 0) fs.rmSync(path.join(this.#dir, name), { force: true });
    }
  }

  #file(tip: string): string {
    return path.join(this.#dir, `${this.#circumstances}-${tip}`);
  }

  #tipOf(name: string): string | undefined {
    const [, circumstances, tip] = NAME.exec(name) ?? [];
    return circumstances === this.#circumstances ? tip : undefined;
  }
}

/** Undefined where a certificate was judged by another policy. */
function fromText(text: CheckpointText): Checkpoint | undefined {
  const certificates = text.certificates.map(certificateFromText);
  if (certificates.some((each) => each === undefined)) return undefined;
  return {
    ...text,
    memory: memoryFromText(text.memory),
    certificates: certificates.flatMap((each) => each ?? []),
  };
}
