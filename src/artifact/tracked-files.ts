import type { Repository } from '../git/repository.ts';
import { expectArtifactName } from './artifact-name.ts';
import { digestClean, isFile, proveClean } from './clean-files.ts';
import type { Digester } from './digester.ts';
import { indexStamp } from './index-stamp.ts';
import type { Deviations, IndexEntry } from './index-state.ts';
import { readDeviations, readEntries, withDeviations } from './index-state.ts';
import type { Listing } from './kind.ts';
import type { IndexMemory } from './listing-memory.ts';
import type { WrittenListing } from './listing-text.ts';

export interface TrackedScope {
  /** The top of the work tree. */
  readonly root: string;
  readonly needs: (path: string) => boolean;
  /** Git pathspecs that hold all that is needed; none: everything. */
  readonly directories: readonly string[];
  /** The need, in words (`WorkTreeScope`). */
  readonly question: string | undefined;
}

/** What git tracks, as far as its index vouches for it. */
export interface TrackedFiles {
  readonly clean: Listing | WrittenListing;
  /** To be looked at one by one. */
  readonly loose: ReadonlyMap<string, IndexEntry>;
  /** Those whose digests are not those of the index. */
  readonly unvouched: readonly string[];
}

/**
 * What git tracks. The answer for a whole index is remembered; that each file still is as the index says is asked of
 * git each time – or proven by its content –, and where one is not, nothing is recalled.
 */
export async function listTracked(
  repo: Repository,
  digester: Digester,
  scope: TrackedScope,
): Promise<TrackedFiles> {
  const { directories, question } = scope;
  const before = indexStamp(repo)?.identity;
  // Git has read the very index that was asked about.
  const isSame = () => before !== undefined && indexStamp(repo)?.identity === before;
  const looked = digester.isNew ? undefined : readDeviations(repo, directories);
  // While git looks at the files.
  const memory = question === undefined ? undefined : digester.listings.about(repo, question);
  const recalled = memory?.recall();
  const entries = recalled === undefined ? readEntries(repo, directories) : undefined;
  const [deviations, read] = await Promise.all([
    looked ?? (recalled && readDeviations(repo, directories)),
    entries,
  ]);
  if (recalled !== undefined && isSame() && deviations?.size === 0)
    return { clean: recalled, loose: new Map(), unvouched: [] };
  const index = read ?? (await readEntries(repo, directories));
  return await digestIndex(repo, digester, scope, {
    index,
    deviations,
    memory: isSame() ? memory : undefined,
  });
}

interface IndexRead {
  readonly index: Map<string, IndexEntry>;
  /** Undefined: git has not been asked yet. */
  readonly deviations: Deviations | undefined;
  /** Of this very index; undefined: nothing is to be remembered. */
  readonly memory: IndexMemory | undefined;
}

async function digestIndex(
  repo: Repository,
  digester: Digester,
  { root, needs, directories }: TrackedScope,
  { index, deviations, memory }: IndexRead,
): Promise<TrackedFiles> {
  for (const name of index.keys()) if (!needs(name)) index.delete(name);
  const proven = deviations === undefined ? await proveClean(repo, digester, root, index) : undefined;
  const differing = proven === undefined ? (deviations ?? (await readDeviations(repo, directories))) : NONE;
  dropAbsent(withDeviations(index, differing));
  const clean = proven ?? (await digestClean(repo, digester, root, index));
  const unvouched = unvouchedIn(index);
  const isWhole = differing.size === 0 && unvouched.length === 0;
  return {
    clean: isWhole && memory !== undefined ? memory.remember(clean) : clean,
    loose: new Map(unvouched.filter(([, { state }]) => state !== 'clean')),
    unvouched: unvouched.map(([name]) => name),
  };
}

const NONE: Deviations = new Map();

/** One by one: they are few, and the index is not. */
function unvouchedIn(index: ReadonlyMap<string, IndexEntry>): readonly (readonly [string, IndexEntry])[] {
  const found: (readonly [string, IndexEntry])[] = [];
  for (const [name, entry] of index) {
    if (entry.state !== 'clean' || !isFile(entry.mode)) found.push([name, entry]);
  }
  return found;
}

/** In place: most of them are there. */
function dropAbsent(index: Map<string, IndexEntry>): void {
  for (const [name, { state }] of index) {
    if (state === 'absent') index.delete(name);
    else expectArtifactName(name);
  }
}
