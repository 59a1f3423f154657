import { listCommit } from '../artifact/commit-tree.ts';
import type { Digester } from '../artifact/digester.ts';
import type { Change } from '../git/history.ts';
import type { TreeEntry } from '../git/tree.ts';
import type { StepControl } from '../layout/control.ts';
import type { StepView } from './compose.ts';
import type { RecordingContext } from './context.ts';
import type { Occurrence } from './occurrence.ts';
import type { Files, StepPatterns } from './patterns.ts';
import { stepPatterns } from './patterns.ts';

/** The patterns of a step under the layout in force at a commit, with what the configuration adds. */
export async function patternsFor(
  context: RecordingContext,
  { control }: Pick<Occurrence, 'control'>,
  step: StepControl,
): Promise<StepPatterns> {
  return stepPatterns(step, control.prefixes, await context.extraPatterns(step.step.name));
}

/**
 * The commit as the step sees it.
 * @param also further paths to look at: those that a pending link names
 */
export async function viewFor(
  context: RecordingContext,
  occurrence: Occurrence,
  patterns: StepPatterns,
  also: ReadonlySet<string> = new Set(),
): Promise<StepView> {
  const { repo, digester } = context;
  const { commit } = occurrence;
  const wants = (path: string) => patterns.wants(path) || also.has(path);
  const prefixes = [...patterns.prefixes, ...also];
  const own = await listCommit(repo, digester, commit.id, wants, { prefixes });
  const parents = await Promise.all(
    commit.parents.map((_, at) =>
      undo(
        digester,
        own,
        (commit.changes[at] ?? []).filter(({ path }) => wants(path)),
      ),
    ),
  );
  return { own, parents, deleted: deletedPaths(occurrence) };
}

/** A parent's files: the commit's own with the changes undone. Spares the reading of a second tree. */
async function undo(digester: Digester, own: Files, changes: readonly Change[]): Promise<Files> {
  const before = changes.flatMap(({ path, before }): [string, TreeEntry][] =>
    before === undefined ? [] : [[path, before]],
  );
  const files = new Map(own);
  for (const { path } of changes) files.delete(path);
  for (const [path, artifact] of await digester.digestEntries(before)) files.set(path, artifact);
  return files;
}

/** At a merge, only what the merge itself took away: the rest was deleted, and signed for, on a side. */
function deletedPaths({ commit, changed }: Occurrence): ReadonlySet<string> {
  const isMerge = commit.parents.length > 1;
  const candidates = isMerge ? [...changed.values()] : (commit.changes[0] ?? []);
  return new Set(candidates.filter(({ after }) => after === undefined).map(({ path }) => path));
}
