import type { CommitChanges } from './history.ts';
import { readCommit, readHistory } from './history.ts';
import type { ObjectFormat } from './location.ts';
import type { Note } from './notes.ts';
import { listNotes } from './notes.ts';
import { listRefs } from './refs.ts';
import type { Repository } from './repository.ts';
import type { TreeEntry } from './tree.ts';
import { listTree } from './tree.ts';

/**
 * All that judging a repository needs to read from it, and nothing that writes. Two kinds stand behind it: the git
 * binary ({@link gitReader}), and isomorphic-git where there is no such binary (`openIsomorphicReader`). What is named
 * but not here throws `incomplete` with both; a repository that cannot be read at all `unsupported-repository`.
 */
export interface RepositoryReader {
  readonly objectFormat: ObjectFormat;
  readonly isShallow: boolean;
  /** The commit that a ref, a short ref name or a commit id names, tags peeled. Throws `input` when it names none. */
  resolveCommit(rev: string): Promise<string>;
  readCommit(id: string): Promise<CommitChanges>;
  /** Commits reachable from `tips` and not from `exclude`, every parent before its children. */
  readHistory(tips: readonly string[], exclude?: readonly string[]): AsyncIterable<CommitChanges>;
  /** Every file below a commit whose path begins with one of the prefixes (default: all). */
  listTree(commit: string, prefixes?: readonly string[]): AsyncIterable<[path: string, entry: TreeEntry]>;
  /** `undefined` when it is not here or no blob. */
  readBlob(id: string): Promise<Buffer | undefined>;
  /** Refs below the prefixes (default: all) with the id each holds: of a tag object, not of what it tags. */
  listRefs(...prefixes: readonly string[]): Promise<Map<string, string>>;
  /** Every note of a ref or commit, at any fan-out; none when the ref does not exist. */
  listNotes(refOrCommit: string): AsyncIterable<Note>;
  close(): Promise<void>;
}

export function gitReader(repo: Repository): RepositoryReader {
  return {
    objectFormat: repo.objectFormat,
    isShallow: repo.isShallow,
    resolveCommit: (rev) => repo.resolveCommit(rev),
    readCommit: (id) => readCommit(repo, id),
    readHistory: (tips, exclude = []) => readHistory(repo, { tips, exclude, order: 'oldest-first' }),
    listTree: (commit, prefixes) => listTree(repo, commit, prefixes),
    readBlob: async (id) => {
      const object = await repo.objects.read(id);
      return object?.type === 'blob' ? object.data : undefined;
    },
    listRefs: (...prefixes) => listRefs(repo, ...prefixes),
    listNotes: (refOrCommit) => listNotes(repo, refOrCommit),
    close: () => repo.close(),
  };
}
