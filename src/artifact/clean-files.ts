import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import type { TreeEntry } from '../git/tree.ts';
import type { Progress } from '../progress.ts';
import { FileAnswer, makeBatch, SHA256_DIGITS } from './blob-batch.ts';
import { conversionsOf } from './conversion.ts';
import type { BlobDigest } from './digest-cache.ts';
import type { Digester } from './digester.ts';
import { storedAsIs } from './file-content.ts';
import type { FileHash } from './hash-file.ts';
import { hashFiles } from './hash-files.ts';
import type { IndexEntry } from './index-state.ts';
import type { Listing } from './kind.ts';
import { reacherIn } from './loose-files.ts';
import { proveBlobs } from './prove-blobs.ts';

const SYMLINK = '120000';
const SUBMODULE = '160000';

/**
 * What is as the index says has the digest of its blob. A blob not met before is cheaper to read from the file: where
 * git converts nothing, a file whose content has the very id of the blob is the blob.
 */
export async function digestClean(
  repo: Repository,
  digester: Digester,
  root: string,
  index: ReadonlyMap<string, IndexEntry>,
): Promise<Listing> {
  const listing: Listing = new Map();
  const unknown: [string, IndexEntry][] = [];
  for (const [name, entry] of index) {
    if (entry.state !== 'clean') continue;
    const digest = isFile(entry.mode) ? digester.known(entry.id) : undefined;
    if (digest === undefined) unknown.push([name, entry]);
    else listing.set(name, digest);
  }
  if (unknown.length === 0) return listing;
  const others = await takeUnconverted(repo, digester, root, unknown, listing);
  for (const [name, artifact] of await digester.digestEntries(others)) listing.set(name, artifact);
  return listing;
}

/**
 * For who knows none of the blobs, and so has to read each file anyway: where each has the very id of its blob, nobody
 * need be asked whether it is as the index says. Undefined where one has not – it may be converted, or changed; what was
 * learnt of the others stays learnt.
 */
export async function proveClean(
  repo: Repository,
  digester: Digester,
  root: string,
  index: ReadonlyMap<string, IndexEntry>,
): Promise<Listing | undefined> {
  const entries = [...index].filter(([, { state }]) => state === 'clean');
  const isReached = reacherIn(root);
  const reached = entries.filter(([name]) => isReached(name));
  const listing: Listing = new Map();
  const others = await takeUnconverted(repo, digester, root, reached, listing);
  return others.length === 0 && reached.length === entries.length ? listing : undefined;
}

/** Returns those that only their blobs tell of. */
async function takeUnconverted(
  repo: Repository,
  digester: Digester,
  root: string,
  unknown: readonly (readonly [string, IndexEntry])[],
  listing: Listing,
): Promise<readonly (readonly [string, IndexEntry])[]> {
  const files = unknown.filter(([, { mode }]) => isFile(mode));
  const conversions = await conversionsOf(
    repo,
    files.map(([name]) => name),
  );
  const asIs = files.filter(([name]) => !conversions.has(name));
  const take = (name: string, id: string, digest: BlobDigest) =>
    listing.set(name, digester.remember(id, digest));
  const large = await takeProven(repo, root, asIs, digester.progress, take);
  await takeLarge(repo, root, large, digester.progress, take);
  return unknown.filter(([name]) => !listing.has(name));
}

type Tracked = readonly [name: string, entry: TreeEntry];
type Take = (name: string, id: string, digest: BlobDigest) => void;

/** Returns those that are too large to be hashed in one go. */
async function takeProven(
  { objectFormat }: Repository,
  root: string,
  files: readonly Tracked[],
  progress: Progress,
  take: Take,
): Promise<readonly Tracked[]> {
  const names = files.map(([name]) => name);
  const ids = files.map(([, { id }]) => id);
  const batch = makeBatch(`${root}${path.sep}`, names, ids, objectFormat);
  await proveBlobs(batch, files.length, progress);
  const answers = new Uint8Array(batch.answers);
  const digests = Buffer.from(batch.digests).toString('latin1');
  files.forEach(([name, { id }], at) => {
    const kind = KINDS.get(answers[at]);
    const digest = digests.slice(at * SHA256_DIGITS, (at + 1) * SHA256_DIGITS);
    if (kind !== undefined) take(name, id, { kind, digest });
  });
  return files.filter((_file, at) => answers[at] === FileAnswer.large);
}

const KINDS: ReadonlyMap<number | undefined, BlobDigest['kind']> = new Map([
  [FileAnswer.file, 'file'],
  [FileAnswer.lfs, 'lfs'],
] as const);

async function takeLarge(
  { objectFormat }: Repository,
  root: string,
  files: readonly Tracked[],
  progress: Progress,
  take: Take,
): Promise<void> {
  const ids = new Map(files.map(([name, { id }]) => [name, id]));
  const hear = (name: string, found: FileHash | undefined) => {
    const id = ids.get(name);
    if (found !== undefined && id !== undefined && found.blobId === id) take(name, id, storedAsIs(found));
  };
  await hashFiles(root, [...ids.keys()], progress, hear, objectFormat);
}

export function isFile(mode: string): boolean {
  return mode !== SYMLINK && mode !== SUBMODULE;
}
