import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { bestEffort } from './best-effort.ts';
import type { Seal } from './seal.ts';

/** How much of it may lie there; what was used last stays. */
export interface Room {
  readonly files: number;
  /** Of one file. */
  readonly fileBytes: number;
  /** Of all together. */
  readonly bytes: number;
}

const MARK_DIGITS = 64;

/**
 * A directory of files that this user's own git-mlchain wrote, each sealed together with its name: one that was edited,
 * renamed, or came with a git directory from somebody else is none (threat 60). Files are written whole under a name of
 * their own and renamed, so that processes side by side read one or the other. Nothing in it is ever needed: it may be
 * deleted at any time, and where nothing can be written nothing fails.
 */
export class SealedFiles {
  readonly #dir: string;
  readonly #seal: Seal;
  readonly #purpose: string;
  readonly #room: Room;

  constructor(dir: string, seal: Seal, purpose: string, room: Room) {
    this.#dir = dir;
    this.#seal = seal;
    this.#purpose = purpose;
    this.#room = room;
  }

  names(): readonly string[] {
    return bestEffort(() => fs.readdirSync(this.#dir)) ?? [];
  }

  /** Undefined where there is none, or none that was sealed under just this name. */
  read(name: string): Buffer | undefined {
    const file = path.join(this.#dir, name);
    const data = bestEffort(() => fs.readFileSync(file));
    const body = data?.subarray(MARK_DIGITS + 1);
    if (data === undefined || body === undefined) return undefined;
    const mark = data.toString('latin1', 0, MARK_DIGITS);
    if (!this.#seal.isIntact(`${this.#purpose} ${name}`, body, mark)) return undefined;
    // What is used is kept longest.
    bestEffort(() => fs.utimesSync(file, new Date(), new Date()));
    return body;
  }

  write(name: string, body: Buffer): void {
    if (body.length > this.#room.fileBytes) return;
    const file = path.join(this.#dir, name);
    const mark = Buffer.from(`${this.#seal.mark(`${this.#purpose} ${name}`, body)}\n`);
    bestEffort(() => {
      fs.mkdirSync(this.#dir, { recursive: true });
      const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
      writeParts(draft, [mark, body]);
      fs.renameSync(draft, file);
      this.#prune();
    });
  }

  /** What a killed process left half-written goes like any other. */
  #prune(): void {
    const files = fs.readdirSync(this.#dir).flatMap((name) => {
      const stat = fs.statSync(path.join(this.#dir, name), { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ name, used: stat.mtimeMs, size: stat.size }];
    });
    let room = this.#room.bytes;
    for (const [at, { name, size }] of files.sort((one, other) => other.used - one.used).entries()) {
      room -= size;
      if (at >= this.#room.files || room < 0) fs.rmSync(path.join(this.#dir, name), { force: true });
    }
  }
}

function writeParts(file: string, parts: readonly Buffer[]): void {
  const fd = fs.openSync(file, 'wx');
  try {
    for (const part of parts) fs.writeFileSync(fd, part);
  } finally {
    fs.closeSync(fd);
  }
}
