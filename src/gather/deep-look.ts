import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Finding } from '../verify/finding.ts';

/** What one look at a content outside of git came to; undefined: nothing speaks against it. */
export type Look = Pick<Finding, 'code' | 'severity' | 'place' | 'expected' | 'found'> | undefined;

/** A content that is not what was signed. */
export function mismatch(place: string, expected: string, found: string): NonNullable<Look> {
  return { code: 'artifact-mismatch', severity: 'violation', place, expected, found };
}

/** Itself below `top`, and not by way of a link to somewhere else; opening a FIFO would never end. */
export function isRegularFile(file: string, top: string): boolean {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  return fs.realpathSync(file).startsWith(`${fs.realpathSync(top)}${path.sep}`);
}
