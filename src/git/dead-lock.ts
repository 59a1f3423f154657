import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from './repository.ts';

/** Git holds the lock of a ref for milliseconds: written, moved into place, gone. */
const DEAD_AFTER_MS = 60_000;
/** After a laptop's sleep a lock looks old and its process has just come back: it gets this long to finish. */
const GRACE_MS = 1000;

/**
 * Removes the lock that a dead process left on a ref – a power cut, `kill -9` –, which git itself never does: until then
 * nothing can be written there (threat 41). For refs that nobody but this tool writes.
 * @returns whether there was one
 */
export async function removeDeadLock(repo: Repository, ref: string): Promise<boolean> {
  const lock = path.join(repo.commonDir, `${ref}.lock`);
  const first = await look(lock);
  if (first === undefined || Date.now() - first.mtimeMs < DEAD_AFTER_MS) return false;
  await sleep(GRACE_MS);
  if (!isSame(first, await look(lock))) return false;
  // Moved, not deleted: another who found it dead may have been faster, and then this is somebody's living lock.
  const aside = path.join(repo.commonDir, 'mlchain', `dead-lock-${randomUUID()}`);
  await fs.mkdir(path.dirname(aside), { recursive: true });
  if (!(await moved(lock, aside))) return false;
  const isDead = isSame(first, await look(aside));
  if (!isDead) await putBack(aside, lock);
  await fs.rm(aside, { force: true });
  return isDead;
}

async function look(file: string): Promise<{ readonly ino: number; readonly mtimeMs: number } | undefined> {
  return await unlessAbsent(fs.lstat(file));
}

function isSame(
  one: { readonly ino: number; readonly mtimeMs: number },
  other: { readonly ino: number; readonly mtimeMs: number } | undefined,
): boolean {
  return other !== undefined && one.ino === other.ino && one.mtimeMs === other.mtimeMs;
}

async function moved(from: string, to: string): Promise<boolean> {
  return (await unlessAbsent(fs.rename(from, to).then(() => true))) ?? false;
}

/** Unless yet another has taken the place meanwhile. */
async function putBack(from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
