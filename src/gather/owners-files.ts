import type { Change } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { listTree } from '../git/tree.ts';
import { ownersVersionOf } from '../layout/owners.ts';
import { OWNERS_DIR } from '../layout/paths.ts';
import type { OwnersFacts, OwnersFiles, Trust } from '../verify/facts.ts';
import type { KeyBook } from '../verify/key-book.ts';
import { OwnersBook } from '../verify/owners.ts';
import { layoutFacts } from './layout-at.ts';

const PREFIX = `${OWNERS_DIR}/`;

/** The versions of the owners in a commit's own tree. */
export async function ownersFilesAt(repo: RepositoryReader, commit: string): Promise<OwnersFiles> {
  const files = new Map<number, string>();
  for await (const [path, { id }] of listTree(repo, commit, [PREFIX])) {
    const version = versionIn(path);
    if (version !== undefined) files.set(version, id);
  }
  return files;
}

/** The same after a commit's changes against its first parent: the same object, where they touch none of them. */
export function ownersFilesAfter(before: OwnersFiles, changes: readonly Change[]): OwnersFiles {
  const touching = changes.filter(({ path }) => versionIn(path) !== undefined);
  if (touching.length === 0) return before;
  const files = new Map(before);
  for (const { path, after } of touching) {
    const version = versionIn(path) ?? 0;
    if (after === undefined) files.delete(version);
    else files.set(version, after.id);
  }
  return files;
}

export function isOwnersFile(path: string): boolean {
  return path.startsWith(PREFIX);
}

export async function readOwnersFiles(
  repo: RepositoryReader,
  blobs: Iterable<string>,
): Promise<OwnersFacts[]> {
  const files: OwnersFacts[] = [];
  for (const blob of blobs) files.push(await layoutFacts(repo, blob));
  return files;
}

/** Whom a commit's tree, asked by itself, makes the owners. */
export async function ownersAt(
  repo: RepositoryReader,
  commit: string,
  court: { readonly keys: KeyBook; readonly trust: Trust; readonly now: number },
): Promise<Trust> {
  const files = await ownersFilesAt(repo, commit);
  if (files.size === 0) return court.trust;
  const book = new OwnersBook(await readOwnersFiles(repo, new Set(files.values())), court);
  return book.inForce(files, []).trust;
}

function versionIn(path: string): number | undefined {
  return isOwnersFile(path) ? ownersVersionOf(path.slice(PREFIX.length)) : undefined;
}
