import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { bestEffort } from './best-effort.ts';
import { dataDirectory } from './data-directory.ts';
import { makeDirectory } from './private-directory.ts';

const OCTETS = 32;
const DIGITS = 64;
const OTHERS = 0o077;

export function sealFile(env: NodeJS.ProcessEnv): string {
  return path.join(dataDirectory(env), 'seal');
}

/**
 * Tells what this user's own git-mlchain wrote into a git directory from what anybody else put there (threat 60): an
 * HMAC-SHA-256 under a secret in `$XDG_DATA_HOME/git-mlchain/seal`, mode 0600, made when first needed. It authorises
 * nothing and may be deleted at any time: what it sealed is then made anew.
 */
export class Seal {
  readonly #secret: Buffer;

  private constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** Undefined where this user has no such secret and cannot make one: then nothing is remembered. */
  static open(env: NodeJS.ProcessEnv): Seal | undefined {
    const file = sealFile(env);
    const secret = bestEffort(() => readSecret(file) ?? makeSecret(file));
    return secret === undefined || secret === 'unusable' ? undefined : new Seal(secret);
  }

  /** Lower hex. `purpose` keeps what was sealed for one thing from being taken for another. */
  mark(purpose: string, content: string | Buffer): string {
    return createHmac('sha256', this.#secret).update(`${purpose}\0`).update(content).digest('hex');
  }

  isIntact(purpose: string, content: string | Buffer, mark: string): boolean {
    const expected = Buffer.from(this.mark(purpose, content));
    const found = Buffer.from(mark);
    return expected.length === found.length && timingSafeEqual(expected, found);
  }
}

/** One that others can read, or that somebody else put there, is no secret. */
function readSecret(file: string): Buffer | 'unusable' | undefined {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const user = process.getuid?.();
  if (user !== undefined && (stat.uid !== user || (stat.mode & OTHERS) !== 0)) return 'unusable';
  const text = stat.isFile() ? fs.readFileSync(file, 'latin1') : '';
  return text.length === DIGITS ? Buffer.from(text, 'hex') : 'unusable';
}

/** Under its name from the beginning to the end: of two that make it at once, the first one's is everybody's. */
function makeSecret(file: string): ReturnType<typeof readSecret> {
  makeDirectory(path.dirname(file));
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  fs.writeFileSync(draft, randomBytes(OCTETS).toString('hex'), { flag: 'wx', mode: 0o600 });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
  return readSecret(file);
}
