import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import type { Writable } from 'node:stream';
import { leaveInterruptToPager } from './signals.ts';

export interface Pager {
  readonly input: Writable;
  /** Ends the input and waits until the reader has left. */
  close(): Promise<void>;
}

/**
 * Starts the pager git would start (`GIT_PAGER`, `core.pager`, `PAGER`, `less`), or none where that is `cat` or empty.
 * `onQuit` is called when the reader has left before the end. git is asked outside every repository: a clone's own `.git/config` must not name a program to run (threat 31).
 */
export async function startPager(env: NodeJS.ProcessEnv, onQuit: () => void): Promise<Pager | undefined> {
  const command = await gitPager(env);
  if (command === '' || command === 'cat') return undefined;
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS: 'FRX', LV: '-c', ...env },
  });
  leaveInterruptToPager();
  const left = once(child, 'close');
  child.stdin.on('error', () => void left.then(onQuit));
  return {
    input: child.stdin,
    async close() {
      child.stdin.end();
      await left;
    },
  };
}

async function gitPager(env: NodeJS.ProcessEnv): Promise<string> {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...outside } = env;
  const git = spawn('git', ['var', 'GIT_PAGER'], {
    cwd: path.parse(process.cwd()).root,
    env: outside,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (await textOf(git)).trim();
}

async function textOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  return Buffer.concat(chunks).toString();
}
