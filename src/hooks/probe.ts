import { execFile } from 'node:child_process';
import type { Repository } from '../git/repository.ts';
import type { HookName, Target } from './script.ts';
import { probeAnswer } from './script.ts';

const TIME_LIMIT = 30_000;

/**
 * Runs an installed hook as git would, but in probe mode, in which it only starts the program, if that is another one
 * than `asker`, the one that is running here. Returns undefined when it gives the right answer, else what is wrong: no
 * permission to execute, no interpreter, switched off by a variable, a program that is gone or does not start.
 */
export async function probe(
  repository: Repository,
  file: string,
  hook: HookName,
  asker: Target,
): Promise<string | undefined> {
  const [program, args] = process.platform === 'win32' ? ['sh', [file]] : [file, []];
  return await new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        cwd: repository.workTree ?? repository.gitDir,
        env: { ...repository.env, MLCHAIN_HOOK_PROBE: `${asker.node}:${asker.program}` },
        timeout: TIME_LIMIT,
      },
      (error, stdout, stderr) => {
        if (stdout === probeAnswer(hook)) resolve(undefined);
        else resolve(`${stdout}${stderr}`.trim() || error?.message || 'it said nothing');
      },
    ).stdin?.end();
  });
}
