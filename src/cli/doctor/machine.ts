import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readGitVersion } from '../../git/git-version.ts';
import type { Repository } from '../../git/repository.ts';
import { switchesIn } from '../../hooks/switches.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { ok, warning } from './diagnosis.ts';

const execute = promisify(execFile);

/** The oldest git and the oldest Node that the tests run on. */
const OLDEST_GIT = [2, 39] as const;
const OLDEST_NODE = [20, 19] as const;

export async function examineGit(repo: Repository): Promise<readonly Diagnosis[]> {
  const [major, minor] = await readGitVersion(repo);
  const says = `git ${major}.${minor}; this repository names objects by ${repo.objectFormat}`;
  if (isBefore([major, minor], OLDEST_GIT)) {
    return [warning('git', `${says}; tested is ${OLDEST_GIT.join('.')} and newer`, 'upgrade git')];
  }
  return [ok('git', says)];
}

export function examineNode(node = process.versions.node): readonly Diagnosis[] {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (isBefore([major, minor], OLDEST_NODE)) {
    return [warning('node', `node ${node}; tested is ${OLDEST_NODE.join('.')} and newer`, 'upgrade Node.js')];
  }
  return [ok('node', `node ${node} runs this program`)];
}

function isBefore([major, minor]: readonly [number, number], oldest: readonly [number, number]): boolean {
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

export async function examineEnvironment(env: NodeJS.ProcessEnv): Promise<readonly Diagnosis[]> {
  const switches = switchesIn(env).map(({ name, value, effect }) =>
    warning('environment', `${name}=${value} is set: ${effect}`, `'unset ${name}'`),
  );
  const found = [...switches, ...(await extraCertificates(env))];
  return found.length > 0 ? found : [ok('environment', 'no variable switches a hook off or slows Node down')];
}

/** What it costs is measured here and now: on some machines it is nothing. */
async function extraCertificates(env: NodeJS.ProcessEnv): Promise<readonly Diagnosis[]> {
  const { NODE_EXTRA_CA_CERTS: file, ...without } = env;
  if (file === undefined || file === '') return [];
  const bare = await startingTime(without);
  const cost = Math.max(0, Math.round((await startingTime(env)) - bare));
  const says = `NODE_EXTRA_CA_CERTS costs about ${cost} ms at every command (${Math.round(bare)} ms without); hooks unset it`;
  const mend = "set it only for programs that need it: 'unset NODE_EXTRA_CA_CERTS' in your shell's profile";
  return [warning('environment', says, mend)];
}

async function startingTime(env: NodeJS.ProcessEnv): Promise<number> {
  const before = performance.now();
  await execute(process.execPath, ['-e', '0'], { env });
  return performance.now() - before;
}
