import type { Repository } from '../git/repository.ts';
import type { Voice } from './voice.ts';

/** What every command is given: how to speak, where it is, what time it is. */
export interface Context {
  readonly voice: Voice;
  /** Absolute; also the process's own working directory, so relative file arguments mean what the user meant. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The repository around `cwd`: opened once, closed when the command has ended. */
  openRepository(): Promise<Repository>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A context and the way to let go of what it opened. */
export interface OpenContext {
  readonly context: Context;
  close(): Promise<void>;
}

export function openContext(voice: Voice, cwd: string, env: NodeJS.ProcessEnv): OpenContext {
  let repository: Promise<Repository> | undefined;
  return {
    context: {
      voice,
      cwd,
      env,
      now: () => Date.now(),
      openRepository() {
        repository ??= import('../git/repository.ts').then((git) => git.Repository.open(cwd, env));
        return repository;
      },
    },
    async close() {
      // A repository that could not be opened has been reported by the command that asked for it.
      const opened = await repository?.catch(() => undefined);
      await opened?.close();
    },
  };
}
