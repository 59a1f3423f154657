import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Git } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import type { Progress } from '../progress.ts';
import { noProgress } from '../progress.ts';
import type { Conversion } from './conversion.ts';
import { conversionsOf, hasLfsExtensions } from './conversion.ts';
import { storedAfter } from './file-content.ts';
import { hashFiles } from './hash-files.ts';
import type { IndexEntry, IndexState } from './index-state.ts';
import type { Artifact, Listing } from './kind.ts';
import { digestAsStored } from './stored-content.ts';

/** What lies at a path of the work tree. */
type Found = 'nothing' | 'file' | 'symlink' | 'directory';

/** Digests what the index says nothing about: modified and untracked files, looked at one by one. */
export async function digestLooseFiles(
  repo: Repository,
  root: string,
  index: ReadonlyMap<string, IndexEntry>,
  untracked: readonly string[],
  progress: Progress = noProgress,
): Promise<Listing> {
  const unchecked = withState(index, 'unchecked');
  const isReached = reacherIn(root);
  const listing: Listing = new Map();
  const files: string[] = [];
  for (const name of [...withState(index, 'dirty'), ...unchecked, ...untracked]) {
    const found = isReached(name) ? lookAt(root, name) : 'nothing';
    if (found === 'file') files.push(name);
    const artifact = found === 'file' ? undefined : await special(repo, root, name, found);
    if (artifact !== undefined) listing.set(name, artifact);
  }
  return new Map([...listing, ...(await digestFiles(repo, root, files, unchecked, progress))]);
}

function withState(index: ReadonlyMap<string, IndexEntry>, state: IndexState): ReadonlySet<string> {
  return new Set([...index].filter(([, entry]) => entry.state === state).map(([name]) => name));
}

/** Sockets, devices and FIFOs are nothing to git, and opening one might never end. */
function lookAt(root: string, name: string): Found {
  const stat = fs.lstatSync(path.join(root, name), { throwIfNoEntry: false });
  if (stat === undefined) return 'nothing';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isDirectory()) return 'directory';
  return stat.isFile() ? 'file' : 'nothing';
}

/** What lies behind a symbolic link is not in the repository: a directory exchanged for a link to one is gone. */
export function reacherIn(root: string): (name: string) => boolean {
  const top = fs.realpathSync(root);
  const known = new Map<string, boolean>();
  return (name) => {
    const directory = path.dirname(name);
    const found = known.get(directory) ?? isReal(path.join(top, directory));
    known.set(directory, found);
    return found;
  };
}

function isReal(directory: string): boolean {
  return fs.existsSync(directory) && fs.realpathSync(directory) === directory;
}

async function special(
  repo: Repository,
  root: string,
  name: string,
  found: Exclude<Found, 'file'>,
): Promise<Artifact | undefined> {
  if (found === 'symlink') {
    const target = fs.readlinkSync(path.join(root, name), 'buffer');
    return { kind: 'symlink', digest: hash('sha256', target) };
  }
  const head = found === 'directory' ? await headOf(repo, path.join(root, name)) : undefined;
  return head === undefined ? undefined : { kind: 'submodule', digest: head };
}

/** The commit a repository inside ours has checked out; undefined for a plain directory and before a first commit. */
async function headOf(repo: Repository, directory: string): Promise<string | undefined> {
  if (!fs.existsSync(path.join(directory, '.git'))) return undefined;
  const args = ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'];
  const { stdout, code } = await new Git(directory, repo.env).run(args, { okCodes: [0, 1, 128] });
  return code === 0 ? stdout.toString('latin1').trim() : undefined;
}

async function digestFiles(
  repo: Repository,
  root: string,
  files: readonly string[],
  unchecked: ReadonlySet<string>,
  progress: Progress,
): Promise<Listing> {
  const conversions = await conversionsInForce(repo, files);
  const listing: Listing = new Map();
  const converted = files.filter((name) => conversions.get(name) === 'other');
  const legible = files.filter((name) => conversions.get(name) !== 'other');
  await hashFiles(root, legible, progress, (name, content) => {
    const digest = content && storedAfter(conversions.get(name) ?? 'none', content);
    if (digest !== undefined) listing.set(name, digest);
    else converted.push(name);
  });
  const told = converted.filter((name) => unchecked.has(name));
  return new Map([...listing, ...(await digestAsStored(repo, converted, told))]);
}

async function conversionsInForce(
  repo: Repository,
  files: readonly string[],
): Promise<ReadonlyMap<string, Conversion>> {
  const conversions = await conversionsOf(repo, files);
  const hasLfs = [...conversions.values()].includes('lfs');
  if (!hasLfs || !(await hasLfsExtensions(repo))) return conversions;
  return new Map([...conversions].map(([name, each]) => [name, each === 'lfs' ? 'other' : each]));
}
