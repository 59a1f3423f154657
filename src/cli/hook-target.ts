import * as fs from 'node:fs';
import type { Target } from '../hooks/script.ts';

/** What installed hooks start: this very node and program, links followed, so that an upgrade of npm's links is no matter. */
export function hookTarget(): Target {
  const [, program = ''] = process.argv;
  return { node: process.execPath, program: fs.realpathSync(program) };
}
