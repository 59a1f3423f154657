import { GitError } from './git-error.ts';
import { decodePath } from './paths.ts';
import type { RepositoryReader } from './reader.ts';
import type { Repository } from './repository.ts';

export interface Rejection {
  /** The ref that did not move: on the remote after a push, here after a fetch. */
  readonly ref: string;
  /** Git's words: `non-fast-forward`, `fetch first`, `pre-receive hook declined`, … */
  readonly reason: string;
}

export interface TransferResult {
  readonly ok: boolean;
  readonly rejected: readonly Rejection[];
  readonly stderr: string;
}

export interface PushOptions {
  /** Only `true` is known: a push from inside a hook must not start the hook again. */
  readonly noVerify: true;
  readonly atomic?: boolean;
  /** By ref of the remote what it must be for the push to move it, `undefined`: not there; else it is rejected. */
  readonly expected?: ReadonlyMap<string, string | undefined>;
}

/** Set for every child that talks to a remote: a hook that finds it was started by us and has nothing to do. */
export const INSIDE_PUSH = 'MLCHAIN_INSIDE_PUSH';
const NETWORK = { network: true, env: { [INSIDE_PUSH]: '1' } };

/** As `git remote` lists them: whatever has a section in the configuration. */
export async function listRemotes(repo: RepositoryReader): Promise<string[]> {
  return await repo.remotes();
}

/** Refs of a remote (a name or a URL) that match git's patterns, without peeled tags. */
export async function remoteRefs(
  repo: Repository,
  remote: string,
  patterns: readonly string[],
): Promise<Map<string, string>> {
  const args = ['ls-remote', '--quiet', '--refs', '--', remote, ...patterns];
  const { stdout } = await repo.git.run(args, NETWORK);
  const refs = new Map<string, string>();
  for (const line of decodePath(stdout).split('\n').slice(0, -1)) {
    const tab = line.indexOf('\t');
    refs.set(line.slice(tab + 1), line.slice(0, tab));
  }
  return refs;
}

export interface FetchOptions {
  /** Also what this clone has the refs of and not the content: a partial clone left it out. */
  readonly anew?: boolean;
}

/**
 * Exactly these refspecs, no tags, nothing pruned, FETCH_HEAD left alone: a `git pull` may be under way around us. With
 * all their content, also in a partial clone.
 */
export async function fetch(
  repo: Repository,
  remote: string,
  refspecs: readonly string[],
  { anew = false }: FetchOptions = {},
): Promise<TransferResult> {
  const args = [
    'fetch',
    '--no-filter',
    ...(anew ? ['--refetch'] : []),
    '--no-tags',
    '--no-prune',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    '--no-write-fetch-head',
    '--refmap=',
    '--',
    remote,
    ...refspecs,
  ];
  const { code, stderr } = await repo.git.run(args, { ...NETWORK, okCodes: [0, 1] });
  repo.refs.forget();
  return result(args, code, stderr, fetchRejections(stderr));
}

export async function push(
  repo: Repository,
  remote: string,
  refspecs: readonly string[],
  options: PushOptions,
): Promise<TransferResult> {
  const mirror = `remote.${remote}.mirror`;
  const args = [
    'push',
    '--porcelain',
    ...(options.noVerify ? ['--no-verify'] : []),
    ...(options.atomic ? ['--atomic'] : []),
    ...Array.from(options.expected ?? [], ([ref, id = '']) => `--force-with-lease=${ref}:${id}`),
    '--no-follow-tags',
    '--recurse-submodules=no',
    '--',
    remote,
    ...refspecs,
  ];
  // "--mirror can't be combined with refspecs", and for such a remote git always means --mirror.
  const settings = (await repo.config(mirror)) === undefined ? [] : ['-c', `${mirror}=false`];
  const { code, stdout, stderr } = await repo.git.run([...settings, ...args], {
    ...NETWORK,
    okCodes: [0, 1],
  });
  repo.refs.forget();
  return result(args, code, stderr, pushRejections(decodePath(stdout)));
}

function result(
  args: readonly string[],
  code: number,
  stderr: string,
  rejected: readonly Rejection[],
): TransferResult {
  if (code !== 0 && rejected.length === 0) {
    throw new GitError({ args, exitCode: code, stderr });
  }
  return { ok: code === 0, rejected, stderr };
}

/** `! TAB from:to TAB [rejected] (reason)`; git-push(1), "OUTPUT". */
function pushRejections(porcelain: string): Rejection[] {
  return porcelain
    .split('\n')
    .map((line) => /^!\t[^\t]*:([^\t]+)\t(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, ref = '', summary = '']) => ({ ref, reason: reasonOf(summary) }));
}

/** ` ! [rejected] from -> to  (reason)`; git-fetch(1), "OUTPUT". */
function fetchRejections(stderr: string): Rejection[] {
  return stderr
    .split('\n')
    .map((line) => /^ ! (\[.*?\] .*?) -> (\S+)(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, what = '', ref = '', rest]) => ({ ref, reason: reasonOf(`${what}${rest}`) }));
}

function reasonOf(summary: string): string {
  return /\(([^()]*)\)\s*$/.exec(summary)?.[1] ?? summary.trim();
}
