import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { TeamOptions } from './team.ts';

/*
 * Keys, clones, a layout and three steps take seconds to make, and forty suites begin with the same ones. Within one run
 * of `test/run.js`, which gives a directory for it and removes it, whoever made a team leaves a copy. Each suite still
 * has a team of its own; a suite that is run alone makes one.
 */

/** Where a team made with these options may lie; undefined where it cannot be shared. */
export function templatePlace(options: TeamOptions): string | undefined {
  const directory = process.env.TEAM_TEMPLATES;
  if (directory === undefined || options.layout !== undefined) return undefined;
  const { objectFormat, config, stopBefore } = options;
  const key = createHash('sha256').update(JSON.stringify([objectFormat, config, stopBefore]));
  return path.join(directory, key.digest('hex').slice(0, 16));
}

export function copyPlace(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** Of two suites that made the same at the same time the first leaves its own. */
export function leaveTemplate(root: string, place: string): void {
  const draft = `${place}.${process.pid}`;
  copyPlace(root, draft);
  try {
    fs.renameSync(draft, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    fs.rmSync(draft, { recursive: true });
  }
}
