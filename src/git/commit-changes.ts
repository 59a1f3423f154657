import type { CommitObject } from './commit-object.ts';
import type { Change } from './log-parser.ts';

export interface Commit extends CommitObject {
  readonly id: string;
}

export interface CommitChanges extends Commit {
  /** One list per parent, in order; one list, against nothing, for a root commit and for a `boundary`. */
  readonly changes: readonly (readonly Change[])[];
  /** Edge of a shallow clone: the commit names `parents`, but they are not here to be compared with. */
  readonly boundary: boolean;
}

export interface HistoryRequest {
  /** Commit ids; none: no history. */
  readonly tips: readonly string[];
  /** Commit ids; they and their ancestors are left out. */
  readonly exclude?: readonly string[];
  /** `by-date` is what `git log` shows: it starts at once, but a wrong clock can put a parent before its child. */
  readonly order: 'oldest-first' | 'newest-first' | 'by-date';
  /** `false`: nothing is compared, the lists mean nothing. */
  readonly changes?: boolean;
  /** Only commits that change one of these paths (files, or directories without a final `/`), and only these changes. */
  readonly paths?: readonly string[];
}

/** Only commits that change one of the paths or something below it, and only these changes. */
export function touching(commit: CommitChanges, paths: readonly string[]): CommitChanges | undefined {
  if (paths.length === 0) return commit;
  const touches = (change: Change) => paths.some((path) => `${change.path}/`.startsWith(`${path}/`));
  const changes = commit.changes.map((list) => list.filter(touches));
  return changes.some((list) => list.length > 0) ? { ...commit, changes } : undefined;
}
