import { execFile } from 'node:child_process';
import type { Repository } from '../git/repository.ts';
import type { HookName } from './script.ts';
import { probeAnswer } from './script.ts';

const TIME_LIMIT = 10_000;

/**
 * Runs an installed hook as git would, but in probe mode, in which it does nothing. Returns undefined when it gives the
 * right answer, else what is wrong: no permission to execute, no interpreter, switched off by a variable.
 */
export async function probe(
  repository: Repository,
  file: string,
  hook: HookName,
): Promise<string | undefined> {
  const [program, args] = process.platform === 'win32' ? ['sh', [file]] : [file, []];
  return await new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        cwd: repository.workTree ?? repository.gitDir,
        env: { ...repository.env, MLCHAIN_HOOK_PROBE: '1' },
        timeout: TIME_LIMIT,
      },
      (error, stdout, stderr) => {
        if (stdout === probeAnswer(hook)) resolve(undefined);
        else resolve(`${stdout}${stderr}`.trim() || error?.message || 'it said nothing');
      },
    ).stdin?.end();
  });
}
