import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';

/** Which index file it was, and when it was written. */
export interface IndexStamp {
  /** Inode, size and times to the nanosecond: two stamps with one identity are of one and the same content. */
  readonly identity: string;
  /** Second of the epoch in which the file was changed last. */
  readonly second: number;
}

const NS_PER_SECOND = 1_000_000_000n;

/**
 * Git writes an index under another name and renames it, so a new one has another inode and another change time – and
 * that one no command can put back. Undefined where there is no index.
 */
export function indexStamp({ gitDir }: Repository): IndexStamp | undefined {
  const stat = fs.statSync(path.join(gitDir, 'index'), { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stat;
  const second = Math.max(...[mtimeNs, ctimeNs].map((ns) => Number(ns / NS_PER_SECOND)));
  return { identity: [dev, ino, size, mtimeNs, ctimeNs].join(' '), second };
}
