import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { sha256Hex } from '../intoto/digest.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { Json } from '../intoto/json.ts';
import { parseJson } from '../intoto/json.ts';

export interface StepFileFormat<T> {
  /** JSON in ASCII. */
  readonly toText: (value: T) => string;
  /** @throws FormatError */
  readonly fromJson: (json: Json) => T;
}

/** One JSON file a step, written by rename: after a kill there is the old file or the new one, never half of one. */
export class StepFiles<T extends { readonly step: string }> {
  readonly #dir: string;
  readonly #format: StepFileFormat<T>;

  constructor(dir: string, format: StepFileFormat<T>) {
    this.#dir = dir;
    this.#format = format;
  }

  /** @throws MlchainError `input` where the file is there but not in our form. */
  async read(step: string): Promise<T | undefined> {
    return await this.#readFile(fileName(step));
  }

  /** When the file of a step was written, without reading what may be large; undefined where there is none. */
  async writtenAt(step: string): Promise<Date | undefined> {
    try {
      return (await fs.stat(path.join(this.#dir, fileName(step)))).mtime;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  async write(value: T): Promise<void> {
    const file = path.join(this.#dir, fileName(value.step));
    await fs.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}.new`;
    // All of it is ASCII, which so is not looked at again.
    const options = { encoding: 'latin1', mode: 0o600, flush: true } as const;
    await fs.writeFile(draft, `${this.#format.toText(value)}\n`, options);
    await fs.rename(draft, file);
  }

  /** Whether there was one. The directory goes with the last: that there is none tells a hook that nothing waits. */
  async remove(step: string): Promise<boolean> {
    try {
      await fs.unlink(path.join(this.#dir, fileName(step)));
      await removeIfEmpty(this.#dir);
      return true;
    } catch (error) {
      if (isAbsence(error)) return false;
      throw error;
    }
  }

  /** All of them, by name of the step. */
  async list(): Promise<readonly T[]> {
    const names = (await namesIn(this.#dir)).filter((name) => name.endsWith('.json'));
    const values = await Promise.all(names.map((name) => this.#readFile(name)));
    return values.filter((value) => value !== undefined).sort((a, b) => (a.step < b.step ? -1 : 1));
  }

  async #readFile(name: string): Promise<T | undefined> {
    const file = path.join(this.#dir, name);
    try {
      return this.#format.fromJson(parseJson(await fs.readFile(file)));
    } catch (error) {
      if (isAbsence(error)) return undefined;
      if (error instanceof FormatError) throw unreadable(file, error);
      throw error;
    }
  }
}

/** Readable, and still one file a step where names are long, hold slashes, or differ in case alone (macOS, Windows). */
function fileName(step: string): string {
  return `${step.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60)}-${sha256Hex(step).slice(0, 8)}.json`;
}

async function removeIfEmpty(dir: string): Promise<void> {
  try {
    await fs.rmdir(dir);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await fs.readdir(dir);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unreadable(file: string, cause: FormatError): MlchainError {
  return new MlchainError('input', `cannot read '${file}': ${cause.message}`, {
    hint: 'delete the file, and run the step again',
    cause,
  });
}
