import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { Writable } from 'node:stream';
import { Git } from '../git/git.ts';
import { leaveInterruptToPager } from './signals.ts';

export interface Pager {
  readonly input: Writable;
  /** Ends the input and waits until the reader has left. */
  close(): Promise<void>;
}

/**
 * A pager that is started by the first word: until then the terminal is ours, for progress and Ctrl-C, and a command
 * that fails shows nobody an empty page. Without a pager all goes to `out`.
 */
export function pagerOnDemand(env: NodeJS.ProcessEnv, out: Writable, onQuit: () => void): Pager {
  let started: Promise<Pager | undefined> | undefined;
  const write = async (chunk: Buffer): Promise<void> => {
    started ??= startPager(env, onQuit);
    const to = (await started)?.input ?? out;
    if (to.write(chunk) || to.destroyed) return;
    await new Promise<void>((resolve) => {
      to.once('drain', resolve);
      to.once('close', resolve);
    });
  };
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => void write(chunk).then(() => done(), done),
  });
  return {
    input,
    async close() {
      input.end();
      if (!input.writableFinished) await once(input, 'finish');
      await (await started)?.close();
    },
  };
}

/**
 * Starts the pager git would start, or none where that is `cat` or empty. `onQuit` is called when the reader has left
 * before the end.
 */
async function startPager(env: NodeJS.ProcessEnv, onQuit: () => void): Promise<Pager | undefined> {
  const command = env.GIT_PAGER ?? (await configuredPager(env)) ?? env.PAGER ?? 'less';
  if (command === '' || command === 'cat') return undefined;
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    // What git sets: quit where all fits on one screen, let colours through, leave the text on the screen. And what
    // we write is UTF-8 whatever the locale says.
    env: { LESS: 'FRX', LV: '-c', LESSCHARSET: 'utf-8', ...env },
  });
  leaveInterruptToPager();
  const left = once(child, 'close');
  let finished = false;
  void left.then(() => finished || onQuit());
  // Says the same as the child's end, if it comes at all.
  child.stdin.on('error', () => undefined);
  return {
    input: child.stdin,
    async close() {
      finished = true;
      child.stdin.end();
      await left;
    },
  };
}

/** Asked outside every repository: a clone's own `.git/config` must not name a program that we run (threat 31). */
async function configuredPager(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const git = new Git(path.parse(process.cwd()).root, env);
  const { stdout, code } = await git.run(['config', '--get', 'core.pager'], { okCodes: [0, 1] });
  return code === 0 ? stdout.toString().trim() : undefined;
}
