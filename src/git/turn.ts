import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from './repository.ts';

/** A turn takes some ten milliseconds. Whoever has one for longer is slow or dead, and the next goes ahead. */
const STALE_MS = 1000;
/** Milliseconds between two looks, at most. */
const PAUSE_MS = 8;

/**
 * Lets processes of one clone do something one after the other that they would otherwise try again and again: eight
 * writers of one ref, of whom seven are refused each time, do eight times the work. A courtesy and no lock: what is done
 * must be right without it. So whoever waits long goes ahead, and where no file can be made, nobody waits.
 */
export async function inTurn<T>(repo: Repository, what: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(repo.commonDir, 'mlchain', `turn-${what}`);
  const hasTaken = await take(file);
  try {
    return await work();
  } finally {
    if (hasTaken) await fs.rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  const end = Date.now() + STALE_MS;
  for (;;) {
    const taken = await tryTake(file);
    if (taken !== undefined) return taken;
    if (Date.now() > end) return false;
    if (await isStale(file)) await fs.rm(file, { force: true });
    else await sleep(Math.random() * PAUSE_MS);
  }
}

/** Undefined while somebody else has it; false where there is nothing to wait by. */
async function tryTake(file: string): Promise<boolean | undefined> {
  try {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    return code === 'EEXIST' && syscall === 'open' ? undefined : false;
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    return Date.now() - (await fs.stat(file)).mtimeMs > STALE_MS;
  } catch (error) {
    // Given back between the two looks.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
