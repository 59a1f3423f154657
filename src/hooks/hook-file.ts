import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { ifAbsent } from './file.ts';
import type { HookName } from './script.ts';
import { isOurs } from './script.ts';

/** A hook as it lies in a directory, and the one that was there before ours. */
export interface HookFile {
  /** `managed`: written by the repository's hook manager, which would write it again. */
  readonly state: 'absent' | 'ours' | 'managed' | 'foreign';
  /** `same`: beside a foreign hook lies one with the same content, because an install was interrupted. */
  readonly chained: 'absent' | 'present' | 'same';
}

export function chainedFile(directory: string, hook: HookName): string {
  return path.join(directory, `${hook}.mlchain-chained`);
}

export interface HookPlace {
  readonly hook: HookName;
  /** Where git looks. */
  readonly hooksDirectory: string;
  /** Where the one before ours lies. */
  readonly chainedDirectory: string;
  /** Whether the repository's hook manager wrote what has this content. */
  readonly isManaged: (content: string) => boolean;
}

export async function readHookFile(place: HookPlace): Promise<HookFile> {
  const content = await readHook(path.join(place.hooksDirectory, place.hook));
  const before = await readHook(chainedFile(place.chainedDirectory, place.hook));
  const state = stateOf(content, place.isManaged);
  const chained =
    before === undefined ? 'absent' : state === 'foreign' && content === before ? 'same' : 'present';
  return { state, chained };
}

function stateOf(content: string | undefined, isManaged: HookPlace['isManaged']): HookFile['state'] {
  if (content === undefined) return 'absent';
  if (isOurs(content)) return 'ours';
  return isManaged(content) ? 'managed' : 'foreign';
}

/**
 * Byte by byte as Latin-1; `undefined` when there is nothing of that name. A symbolic link stands for its target, one
 * without a target for itself: it is somebody's hook, if a broken one.
 */
async function readHook(file: string): Promise<string | undefined> {
  const found = await fs.lstat(file).catch(ifAbsent);
  if (found === undefined) return undefined;
  if (found.isDirectory()) {
    throw new MlchainError('config', `expected a hook, found a directory: ${file}`, {
      hint: 'move it away: git ignores it',
    });
  }
  return (await fs.readFile(file, 'latin1').catch(ifAbsent)) ?? `link to ${await fs.readlink(file)}`;
}

/**
 * Keeps a foreign hook under its chained name, too; under its own it stays until ours is written over it, so that a
 * kill at no moment leaves a repository without its git-lfs hook. A hard link where possible: bytes, mode and owner
 * are the very same.
 */
export async function keepForeign(from: string, to: string, hook: HookName): Promise<void> {
  const file = path.join(from, hook);
  const kept = chainedFile(to, hook);
  await fs.mkdir(to, { recursive: true });
  if ((await fs.lstat(file)).isSymbolicLink()) {
    const target = await fs.readlink(file);
    await fs.symlink(from === to ? target : path.resolve(from, target), kept);
    return;
  }
  await fs.link(file, kept).catch(async () => {
    // No hard links on this file system, or not across two of them.
    await fs.copyFile(file, kept);
    await fs.chmod(kept, (await fs.stat(file)).mode);
  });
}

/** Puts back what was there before ours: the foreign hook under its own name, or nothing. */
export async function restoreForeign(directory: string, chainedIn: string, hook: HookName): Promise<void> {
  const file = path.join(directory, hook);
  const isBack = await fs.rename(chainedFile(chainedIn, hook), file).then(() => true, ifAbsent);
  if (isBack === undefined) await fs.rm(file, { force: true });
}
