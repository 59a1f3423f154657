import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { MlchainError } from '../errors.ts';
import type { HookName } from './script.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

const CALL = "require(process.argv[1]).setHooksFromConfig(process.argv[2], ['', '', process.argv[3]])";

/**
 * Has simple-git-hooks write the hooks, and returns the files as it made them. It does so in a directory of its own,
 * in a process of its own: it writes in place (a kill leaves half a hook), through symbolic links, not in bare
 * repositories, not where a global `core.hooksPath` points, prints what it does, and calls every failure a success.
 */
export async function composeHooks(
  commands: ReadonlyMap<HookName, string>,
): Promise<ReadonlyMap<HookName, string>> {
  if (commands.size === 0) return new Map();
  const project = await fs.mkdtemp(path.join(os.tmpdir(), 'mlchain-hooks-'));
  try {
    const config = path.join(project, 'simple-git-hooks.json');
    const gitDir = path.join(project, '.git');
    await fs.mkdir(gitDir);
    await fs.writeFile(config, JSON.stringify({ ...Object.fromEntries(commands), preserveUnused: true }));
    const library = require.resolve('simple-git-hooks');
    await run(process.execPath, ['-e', CALL, library, project, config], {
      cwd: project,
      // It asks git for core.hooksPath: not of a repository that the temporary directory happens to lie in.
      env: { PATH: process.env.PATH, GIT_DIR: gitDir },
    });
    return new Map(
      await Promise.all(
        [...commands].map(async ([hook, command]) => [hook, await composed(gitDir, hook, command)] as const),
      ),
    );
  } finally {
    await fs.rm(project, { recursive: true, force: true });
  }
}

async function composed(gitDir: string, hook: HookName, command: string): Promise<string> {
  const text = await fs.readFile(path.join(gitDir, 'hooks', hook), 'utf8').catch(() => '');
  if (!text.endsWith(command)) {
    throw new MlchainError('failed', `simple-git-hooks did not write the ${hook} hook`, {
      hint: 'is the disk full? does simple-git-hooks 2.14 lie in node_modules?',
    });
  }
  return text;
}
