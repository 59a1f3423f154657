import { Readable, Writable } from 'node:stream';
import type { Context } from '../../src/cli/context.ts';
import { Voice } from '../../src/cli/voice.ts';
import type { WorkingClone } from './working-clone.ts';

/** What a command is given, for its parts to be tested one by one; there is no terminal. */
export interface Heard {
  readonly context: Context;
  /** Standard output and standard error, in the order spoken. */
  said(): string;
}

export function makeContext({ person, path, repo }: WorkingClone, env: NodeJS.ProcessEnv = {}): Heard {
  const chunks: Buffer[] = [];
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
  const all = { ...person.env, ...env };
  const streams = { stdin: Readable.from([]), stdout: sink(), stderr: sink() };
  const voice = new Voice(streams, { json: false, quiet: false, color: false, env: all });
  return {
    context: { voice, cwd: path, env: all, openRepository: async () => repo, now: () => Date.now() },
    said: () => Buffer.concat(chunks).toString(),
  };
}
