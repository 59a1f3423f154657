import { listCommit } from '../artifact/commit-tree.ts';
import type { Artifact } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { MlchainError } from '../errors.ts';
import type { CommitChanges } from '../git/history.ts';
import { mergeBases, readCommit } from '../git/history.ts';
import type { TreeEntry } from '../git/tree.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { CommitView, PathDifference } from '../layout/changed.ts';
import { changedPaths } from '../layout/changed.ts';
import type { Control } from '../layout/control.ts';
import { controlOf } from '../layout/control.ts';
import type { LayoutInForce, RecordingContext } from './context.ts';

/** What one commit did, under the layout in its own tree. */
export interface Occurrence {
  readonly commit: CommitChanges;
  readonly layout: LayoutInForce;
  readonly control: Control;
  /** The controlled paths that the commit changed (`product.md` §6-3), against its first parent. */
  readonly changed: ReadonlyMap<string, PathDifference<Artifact>>;
}

/**
 * Undefined where the commit's tree has no layout: then nothing is controlled.
 * @throws FormatError for a layout that cannot be read, ArtifactError, MlchainError `incomplete` at the edge of a
 * shallow clone, where nobody can tell what the commit changed.
 */
export async function occurrenceOf(context: RecordingContext, id: string): Promise<Occurrence | undefined> {
  const [layout, commit] = await Promise.all([context.layoutAt(id), readCommit(context.repo, id)]);
  return layout && (await occurrenceIn(context, commit, layout));
}

/** {@link occurrenceOf} a commit that has been read. */
export async function occurrenceIn(
  context: RecordingContext,
  { boundary, ...bare }: CommitChanges,
  layout: LayoutInForce,
): Promise<Occurrence> {
  if (boundary) throw cutOff(bare.id);
  const control = controlOf(layout.layout);
  const commit = await context.digester.dvc.withOutputs({ ...bare, boundary }, control.prefixes);
  const parents = await Promise.all(commit.parents.map((parent) => layoutOfParent(context, parent)));
  const changed = changedPaths(await viewOf(context, commit, control, layout, parents));
  return { commit, layout, control, changed };
}

/** A parent whose layout is broken controlled nothing; what the commit did not bring itself is refused all the same. */
async function layoutOfParent(context: RecordingContext, id: string): Promise<LayoutInForce | undefined> {
  try {
    return await context.layoutAt(id);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function cutOff(id: string): MlchainError {
  return new MlchainError('incomplete', `the parents of ${id} are not in this shallow clone`, {
    hint: 'git fetch --unshallow',
  });
}

async function viewOf(
  context: RecordingContext,
  commit: CommitChanges,
  control: Control,
  layout: LayoutInForce,
  parents: readonly (LayoutInForce | undefined)[],
): Promise<CommitView<Artifact>> {
  const differences = await digestChanges(context, commit, control);
  const widened = parents.some((parent) => parent?.blob !== layout.blob);
  const listing = widened
    ? await listCommit(context.repo, context.digester, commit.id, control.isControlled, control)
    : new Map<string, Artifact>();
  return {
    isControlled: control.isControlled,
    parents: differences.map((list, at) => ({
      isControlled: controlIn(parents[at], layout, control),
      differences: list,
    })),
    listing: () => listing,
    bases: await basesOf(context, commit, control, differences),
    same: sameArtifact,
  };
}

function controlIn(
  parent: LayoutInForce | undefined,
  own: LayoutInForce,
  control: Control,
): (path: string) => boolean {
  if (parent === undefined) return () => false;
  return parent.blob === own.blob ? control.isControlled : controlOf(parent.layout).isControlled;
}

/** The raw changes on controlled paths, with digests; a change of mode alone is none. */
async function digestChanges(
  { digester }: RecordingContext,
  { changes }: CommitChanges,
  { isControlled }: Control,
): Promise<readonly (readonly PathDifference<Artifact>[])[]> {
  const controlled = changes.map((list) => list.filter(({ path }) => isControlled(path)));
  const digest = async (side: 'before' | 'after') =>
    await Promise.all(controlled.map((list) => digestSide(digester, list, side)));
  const [before, after] = [await digest('before'), await digest('after')];
  return controlled.map((list, at) =>
    list
      .map(({ path }) => ({ path, before: before[at]?.get(path), after: after[at]?.get(path) }))
      .filter((difference) => !sameArtifact(difference.before, difference.after)),
  );
}

async function digestSide(
  digester: RecordingContext['digester'],
  changes: CommitChanges['changes'][number],
  side: 'before' | 'after',
): Promise<ReadonlyMap<string, Artifact>> {
  const entries = changes.flatMap((change) => {
    const entry = change[side];
    return entry === undefined ? [] : [[change.path, entry] as const];
  });
  return await digester.digestEntries(entries);
}

/** What the paths in question held where two parents of a merge parted. */
async function basesOf(
  context: RecordingContext,
  { parents }: CommitChanges,
  { prefixes }: Control,
  differences: readonly (readonly PathDifference<Artifact>[])[],
): Promise<CommitView<Artifact>['bases']> {
  const paths = [...new Set(differences.flat().map(({ path }) => path))];
  const known = new Map<string, readonly ReadonlyMap<string, Artifact>[]>();
  for (const [a, one] of parents.entries()) {
    for (const [b, other] of parents.entries()) {
      if (a < b) known.set(pair(a, b), await contentAtBases(context, [one, other], paths, prefixes));
    }
  }
  return (a, b, path) => (known.get(pair(a, b)) ?? []).map((base) => base.get(path));
}

function pair(a: number, b: number): string {
  return `${Math.min(a, b)} ${Math.max(a, b)}`;
}

async function contentAtBases(
  { repo, digester }: RecordingContext,
  [one, other]: readonly [string, string],
  paths: readonly string[],
  prefixes: readonly string[],
): Promise<readonly ReadonlyMap<string, Artifact>[]> {
  const bases = await mergeBases(repo, one, other);
  return await Promise.all(
    bases.map(async (commit) => {
      const entries = await digester.dvc.entriesAt(
        paths.map((path) => ({ commit, path })),
        prefixes,
      );
      return await digester.digestEntries(present(paths, entries));
    }),
  );
}

function present(
  paths: readonly string[],
  entries: readonly (TreeEntry | undefined)[],
): [string, TreeEntry][] {
  return paths.flatMap((path, at): [string, TreeEntry][] => {
    const entry = entries[at];
    return entry === undefined ? [] : [[path, entry]];
  });
}
