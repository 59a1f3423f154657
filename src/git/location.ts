import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { MlchainError } from '../errors.ts';
import { repositoryVariables } from './environment.ts';
import { Git } from './git.ts';
import { GitError } from './git-error.ts';

export type ObjectFormat = 'sha1' | 'sha256';

/** Where a repository lies; every path is absolute. */
export interface Location {
  readonly gitDir: string;
  /** Differs from `gitDir` in a linked worktree. */
  readonly commonDir: string;
  /** `undefined` where there are no files to look at: a bare repository, or a hook of a server. */
  readonly workTree: string | undefined;
  readonly objectFormat: ObjectFormat;
  readonly isBare: boolean;
  readonly isShallow: boolean;
}

/** Fixed words between the paths tell where a path with a newline in it ends. `--show-cdup` may say nothing. */
const QUESTIONS = [
  '--git-dir',
  '--show-object-format',
  '--git-common-dir',
  '--is-bare-repository',
  '--is-shallow-repository',
  '--show-cdup',
];
const ANSWER = /^(.*)\n(sha1|sha256)\n(.*)\n(true|false)\n(true|false)\n(?:(.*)\n)?$/s;

/** Asks git once, with the variables git exports to hooks; afterwards nobody needs them any more. */
export async function locate(dir: string, env: NodeJS.ProcessEnv): Promise<Location> {
  const from = existing(dir);
  const args = ['rev-parse', '--path-format=absolute', ...QUESTIONS];
  const { stdout, stderr, code } = await new Git(from, env).run(args, {
    env: repositoryVariables(env),
    okCodes: [0, 128],
  });
  if (code !== 0) {
    throw notARepository(dir, stderr, args);
  }
  const answer = ANSWER.exec(stdout.toString('utf8'));
  if (answer === null) {
    throw new MlchainError('git', 'git did not say where the repository is', {
      hint: 'git 2.31 or newer is needed',
    });
  }
  const [, gitDir = '', objectFormat, commonDir = '', bare, shallow, cdup] = answer;
  return {
    gitDir,
    commonDir,
    workTree:
      bare === 'true' ? undefined : workTree(gitDir, cdup === undefined ? undefined : resolve(from, cdup)),
    objectFormat: objectFormat === 'sha256' ? 'sha256' : 'sha1',
    isBare: bare === 'true',
    isShallow: shallow === 'true',
  };
}

/** With GIT_DIR exported git takes the current directory for the work tree; in a server's hook that is the git dir. */
function workTree(gitDir: string, top: string | undefined): string | undefined {
  return top === undefined || `${top}${sep}`.startsWith(`${gitDir}${sep}`) ? undefined : top;
}

function existing(dir: string): string {
  try {
    return realpathSync(dir);
  } catch (cause) {
    throw new MlchainError('input', `no such directory: ${dir}`, { cause });
  }
}

function notARepository(dir: string, stderr: string, args: readonly string[]): MlchainError {
  if (!stderr.includes('not a git repository')) {
    return new GitError({ args, exitCode: 128, stderr });
  }
  return new MlchainError('input', `not a git repository: ${dir}`, {
    hint: 'run this inside a clone, or give -C DIR',
  });
}
