import * as fs from 'node:fs';
import * as path from 'node:path';
import { Git } from '../git/git.ts';
import { ObjectReader } from '../git/objects.ts';
import type { Repository } from '../git/repository.ts';
import { digestBlobs } from './blob-digests.ts';
import type { BlobDigest } from './digest-cache.ts';
import { indexRecords } from './index-state.ts';

const PREFIX = 'store-';
/** No filter takes a day. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Digests files of the work tree as git would store them, by letting git store them: into a copy of the index and an
 * object directory of their own, which are thrown away. Whatever git's filters, encodings and line-end rules do, it is
 * git that does it; nothing is left in the repository.
 * @param unchecked those of `paths` that git was told not to look at.
 * @throws GitError when a filter fails.
 */
export async function digestAsStored(
  repo: Repository,
  paths: readonly string[],
  unchecked: readonly string[],
): Promise<Map<string, BlobDigest>> {
  if (paths.length === 0) return new Map();
  const parent = path.join(repo.gitDir, 'mlchain');
  fs.mkdirSync(parent, { recursive: true });
  sweep(parent);
  const dir = fs.mkdtempSync(path.join(parent, PREFIX));
  try {
    const env = storeIn(repo, dir);
    await update(repo, env, unchecked, ['--no-assume-unchanged']);
    await update(repo, env, unchecked, ['--no-skip-worktree']);
    await update(repo, env, paths, ['--add', '--remove', '--replace']);
    return await digestIndex(repo, env, new Set(paths));
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** What a killed process left behind. */
function sweep(parent: string): void {
  for (const name of fs.readdirSync(parent).filter((each) => each.startsWith(PREFIX))) {
    const age =
      Date.now() - (fs.statSync(path.join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age > STALE_AFTER_MS) fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function storeIn(repo: Repository, dir: string): NodeJS.ProcessEnv {
  const index = path.join(dir, 'index');
  const objects = path.join(dir, 'objects');
  fs.mkdirSync(objects);
  copyIndex(path.join(repo.gitDir, 'index'), index);
  return {
    GIT_INDEX_FILE: index,
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(path.join(repo.commonDir, 'objects')),
  };
}

/**
 * Git keeps CRLF in a text file that has it in the index already: so the index has to be there. The copy is made to
 * look older than any file, or git would take a file that was changed without growing, in the very moment in which the
 * index was written, for the one in the index (Documentation/technical/racy-git).
 */
function copyIndex(from: string, to: string): void {
  if (!fs.existsSync(from)) return;
  fs.copyFileSync(from, to);
  fs.utimesSync(to, 1, 1);
}

async function update(
  repo: Repository,
  env: NodeJS.ProcessEnv,
  paths: readonly string[],
  options: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  const input = paths.map((each) => `${each}\0`).join('');
  await repo.git.run(['update-index', ...options, '-z', '--stdin'], {
    env,
    input,
  });
}

async function digestIndex(
  repo: Repository,
  env: NodeJS.ProcessEnv,
  wanted: ReadonlySet<string>,
): Promise<Map<string, BlobDigest>> {
  const ids = new Map<string, string>();
  for await (const batch of indexRecords(repo, [], env)) {
    for (const { path: name, id } of batch) if (wanted.has(name)) ids.set(name, id);
  }
  const digests = new Map<string, BlobDigest>();
  for await (const { id, digest } of digestBlobs(objectsIn(repo, env), [...new Set(ids.values())])) {
    digests.set(id, digest);
  }
  return new Map([...ids].flatMap(([name, id]) => entryOf(name, digests.get(id))));
}

function objectsIn(repo: Repository, env: NodeJS.ProcessEnv): ObjectReader {
  return new ObjectReader(new Git(repo.gitDir, { ...repo.env, ...env }, [`--git-dir=${repo.gitDir}`]));
}

function entryOf(name: string, digest: BlobDigest | undefined): (readonly [string, BlobDigest])[] {
  return digest === undefined ? [] : [[name, digest]];
}
