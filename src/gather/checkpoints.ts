import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import type { NoteProblem } from '../ledger/entry.ts';
import type { EvidenceRef } from '../ledger/read-notes.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { certificateFromText, certificateToText } from '../openpgp/certificate-text.ts';
import { Seal } from '../user/seal.ts';
import { SealedFiles } from '../user/sealed-files.ts';
import type { Trust } from '../verify/facts.ts';
import { LogLines } from '../verify/log-lines.ts';
import type { Memory } from '../verify/memory.ts';
import { type MemoryText, memoryFromText, memoryToText } from '../verify/memory-text.ts';
import { version } from '../version.ts';

/** Goes up whenever a history may be judged differently than before, or the file is written in another way. */
const FORMAT = 8;
const PURPOSE = 'verified history';
const ROOM = { files: 24, fileBytes: 32 * 1024 * 1024, bytes: 64 * 1024 * 1024 };
const NAME = /^([0-9a-f]{16})-([0-9a-f]{40}|[0-9a-f]{64})$/;

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
  readonly log: LogLines;
}

/** The first line; the log is what follows. */
interface CheckpointText extends Omit<Checkpoint, 'memory' | 'certificates' | 'log'> {
  readonly memory: MemoryText;
  readonly certificates: readonly string[];
}

/**
 * Histories that this clone found verified: `<common git dir>/mlchain/verified/<circumstances>-<tip>` (`product.md`
 * §6.7). The circumstances are whatever a verdict depends on beside commits and evidence: whom is trusted and how, the
 * version of this program, the repository. Of those, and of the user's secret, the first part of the name is made.
 */
export class Checkpoints {
  readonly #files: SealedFiles;
  readonly #circumstances: string;

  private constructor(files: SealedFiles, circumstances: string) {
    this.#files = files;
    this.#circumstances = circumstances;
  }

  /** Undefined where this user has nothing to seal with. */
  static open(repo: Repository, { owners, threshold, id, strict }: Trust): Checkpoints | undefined {
    const seal = Seal.open(repo.env);
    if (seal === undefined) return undefined;
    const circumstances = JSON.stringify([FORMAT, version, repo.commonDir, owners, threshold, id, strict]);
    const dir = path.join(repo.commonDir, 'mlchain', 'verified');
    const files = new SealedFiles(dir, seal, PURPOSE, ROOM);
    return new Checkpoints(files, seal.mark('circumstances', circumstances).slice(0, 16));
  }

  /** Commits whose history was verified under these circumstances, if the files are what they seem. */
  tips(): ReadonlySet<string> {
    return new Set(this.#files.names().flatMap((name) => this.#tipOf(name) ?? []));
  }

  /** Undefined where there is none, or none that this user's own git-mlchain wrote under just this name. */
  read(tip: string): Checkpoint | undefined {
    const body = this.#files.read(this.#name(tip));
    return body && fromText(body.toString('utf8'));
  }

  /** Never a reason to fail: what is not remembered is judged again. */
  write(checkpoint: Checkpoint): void {
    const { memory, certificates, log, ...rest } = checkpoint;
    const text: CheckpointText = {
      ...rest,
      memory: memoryToText(memory),
      certificates: certificates.map(certificateToText),
    };
    this.#files.write(this.#name(memory.tip), Buffer.from(`${JSON.stringify(text)}\n${log}`));
  }

  #name(tip: string): string {
    return `${this.#circumstances}-${tip}`;
  }

  #tipOf(name: string): string | undefined {
    const [, circumstances, tip] = NAME.exec(name) ?? [];
    return circumstances === this.#circumstances ? tip : undefined;
  }
}

/** Undefined where a certificate was judged by another policy. */
function fromText(body: string): Checkpoint | undefined {
  const end = body.indexOf('\n');
  const text = JSON.parse(body.slice(0, end)) as CheckpointText;
  const certificates = text.certificates.map(certificateFromText);
  if (certificates.some((each) => each === undefined)) return undefined;
  return {
    ...text,
    memory: memoryFromText(text.memory),
    certificates: certificates.flatMap((each) => each ?? []),
    log: LogLines.from(body.slice(end + 1)),
  };
}
