import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { KeyError } from './key-error.ts';

const OTHERS = 0o077;

/** Makes a directory that is nobody else's, and refuses one that is: somebody may have been there first. */
async function ensurePrivateDirectory(dir: string): Promise<void> {
  await fs.mkdir(path.dirname(dir), { recursive: true });
  await fs.mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await checkPrivate(dir);
}

/**
 * Writes a secret so that it is there whole or not at all, and never readable by others: a new file, mode 0600, on
 * disk before it takes the name.
 */
export async function writePrivateFile(file: string, content: string): Promise<void> {
  await ensurePrivateDirectory(path.dirname(file));
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await fs.open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(draft, file);
  } catch (error) {
    await fs.rm(draft, { force: true });
    throw error;
  }
}

/** Undefined where there is no such file. What others could read or have put there is refused, as ssh does. */
export async function readPrivateFile(file: string): Promise<string | undefined> {
  try {
    await checkPrivate(path.dirname(file));
    await checkPrivate(file);
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Owner and mode mean nothing on Windows, where the user's profile is private by itself. */
async function checkPrivate(place: string): Promise<void> {
  const stat = await fs.lstat(place);
  const user = process.getuid?.();
  if (user === undefined) return;
  if (stat.isSymbolicLink()) throw refusal(place, 'a symbolic link');
  if (stat.uid !== user && user !== 0) throw refusal(place, `owned by user ${stat.uid}`);
  if ((stat.mode & OTHERS) !== 0) {
    throw refusal(place, `open to others (mode ${(stat.mode & 0o777).toString(8)})`, `chmod go= '${place}'`);
  }
}

function refusal(place: string, found: string, hint?: string): KeyError {
  return new KeyError('unusable', `${place}: expected to be yours alone, found it ${found}`, { hint });
}
