import { type CommitChanges, readHistory } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { LAYOUT_PATH, OWN_DIR } from '../layout/paths.ts';
import type { OwnersFiles } from '../verify/facts.ts';
import { ownersFilesAfter } from './owners-files.ts';
import type { PointedHistory } from './pointed-history.ts';
import type { Scope } from './scope.ts';
import type { SideTable } from './side-table.ts';

/** What every part of a history is read by. */
export interface Source {
  readonly repo: RepositoryReader;
  readonly scope: Scope;
  readonly pointed: PointedHistory;
  readonly sides: SideTable;
}

export interface ScopedCommit extends CommitChanges {
  /** Blob id. */
  readonly layout: string | undefined;
  readonly owners: OwnersFiles;
  readonly bystanders: ReadonlyMap<string, boolean>;
  /** Whether it changed anything of what the chain itself rests on: layout, certificates, owners, revocations. */
  readonly touchesOwnFiles: boolean;
  /** Whether it was verified before: then only what its tree holds is asked. */
  readonly isBase?: true;
}

/** Which commits: all that lead to `tips`, or, given a base that they all descend from, what came after it. */
export interface CommitsRequest {
  readonly tips: readonly string[];
  readonly base?: { readonly id: string; readonly layout: string; readonly owners: OwnersFiles };
}

export const NO_OWNERS: OwnersFiles = new Map();

/** The history with only those changes that a layout could ask about, and the layout that each tree holds. */
export async function readCommits(
  { repo, scope, pointed }: Source,
  { tips, base }: CommitsRequest,
): Promise<ScopedCommit[]> {
  const commits: ScopedCommit[] = [];
  const layoutOf = new Map<string, string | undefined>(base && [[base.id, base.layout]]);
  const ownersOf = new Map<string, OwnersFiles>(base && [[base.id, base.owners]]);
  const exclude = base === undefined ? [] : [base.id];
  for await (const commit of readHistory(repo, { tips, exclude, order: 'oldest-first' })) {
    const inherited = commit.parents[0] === undefined ? undefined : layoutOf.get(commit.parents[0]);
    const change = commit.changes[0]?.find(({ path }) => path === LAYOUT_PATH);
    const layout = change === undefined ? inherited : change.after?.id;
    layoutOf.set(commit.id, layout);
    const owners = ownersFilesAfter(
      ownersOf.get(commit.parents[0] ?? '') ?? NO_OWNERS,
      commit.changes[0] ?? [],
    );
    ownersOf.set(commit.id, owners);
    const all = await pointed.changesOf(commit);
    const changes = all.map((list) => list.filter(({ path }) => scope.isControlled(path)));
    const touchesOwnFiles = commit.changes.flat().some(({ path }) => path.startsWith(`${OWN_DIR}/`));
    const bystanders = bystandersOf(commit, scope);
    commits.push({ ...commit, changes, layout, owners, bystanders, touchesOwnFiles });
  }
  return commits;
}

function bystandersOf({ changes: [first = []] }: CommitChanges, scope: Scope): Map<string, boolean> {
  const found = first.filter(({ path }) => scope.isBystander(path));
  return new Map(found.map(({ path, after }) => [path, after !== undefined]));
}
