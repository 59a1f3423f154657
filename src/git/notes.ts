import { setTimeout as sleep } from 'node:timers/promises';
import { MlchainError } from '../errors.ts';
import { removeDeadLock } from './dead-lock.ts';
import { commitEdits } from './fast-import.ts';
import { HOW_TO_FETCH, RefRaceError } from './git-error.ts';
import type { NoteSource } from './note-edits.ts';
import { planAppend, unionOfLines } from './note-edits.ts';
import { findNote, notedObject } from './note-tree.ts';
import type { RepositoryReader } from './reader.ts';
import type { Repository } from './repository.ts';
import { idBytes, listTree, readTree } from './tree.ts';
import { diffTrees } from './tree-diff.ts';
import { inTurn } from './turn.ts';

/** A note: a blob that speaks of an object, which need not be here. */
export interface Note {
  readonly object: string;
  readonly blob: string;
}

/** Annotated object → lines without a newline. */
export type NoteLines = ReadonlyMap<string, readonly string[]>;

/** Milliseconds. On a loaded machine one of many writers may lose a hundred races; a minute of them is not bad luck. */
const PATIENCE = 60_000;
/** Milliseconds in which nobody moved the ref: then it is no race, but a lock that a dead process left. */
const STANDSTILL = 4_000;

/** Every note of a ref or commit, at any fan-out; an object twice, where two writers used two fan-outs. */
export async function* listNotes(
  repo: RepositoryReader,
  refOrCommit: string,
): AsyncGenerator<Note, void, undefined> {
  const root = await rootOf(repo, refOrCommit);
  if (root === undefined) {
    return;
  }
  const digits = 2 * idBytes(repo);
  for await (const [path, { mode, id }] of listTree(repo, root)) {
    const object = notedObject(path, digits);
    if (object !== undefined && mode.startsWith('100')) {
      yield { object, blob: id };
    }
  }
}

export interface ChangedNote {
  readonly object: string;
  /** Whether there was none in this place before. */
  readonly isNew: boolean;
}

/** The notes that are not the same in two notes commits; equal subtrees are not opened. `undefined` says nothing. */
export async function* changedNotes(
  repo: RepositoryReader,
  before: string | undefined,
  after: string | undefined,
): AsyncGenerator<ChangedNote, void, undefined> {
  const digits = 2 * idBytes(repo);
  const roots = [before && (await rootTree(repo, before)), after && (await rootTree(repo, after))] as const;
  for await (const { path, before: old } of diffTrees(sourceOf(repo), ...roots)) {
    const object = notedObject(path, digits);
    if (object !== undefined) yield { object, isNew: old === undefined };
  }
}

/** What a ref or commit notes on an object, the lines of several fan-outs together; `undefined` when nothing. */
export async function readNote(
  repo: RepositoryReader,
  refOrCommit: string,
  object: string,
): Promise<Buffer | undefined> {
  const source = sourceOf(repo);
  const blobs = await findNote(source, await rootOf(repo, refOrCommit), object);
  const contents = await Promise.all(blobs.map((blob) => source.readBlob(blob)));
  return contents.length < 2 ? contents[0] : unionOfLines(contents, []);
}

/**
 * Adds lines to the notes of a ref: the union of what is there and what is new, sorted bytewise, unique. Whatever else
 * lies in the tree stays. Planned anew from a fresh reading whenever somebody else was faster, so nobody's lines get
 * lost. Returns the new tip, or the old one when nothing was new.
 */
export async function appendNotes(
  repo: Repository,
  ref: string,
  additions: NoteLines,
  message: string,
): Promise<string> {
  return await inTurn(repo, 'notes', () => appendOrRetry(repo, ref, additions, message));
}

async function appendOrRetry(
  repo: Repository,
  ref: string,
  additions: NoteLines,
  message: string,
): Promise<string> {
  const whoever = committer(repo);
  whoever.catch(() => undefined);
  const deadline = Date.now() + PATIENCE;
  let seen: { readonly tip: string | undefined; readonly at: number } | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const parent = await tipOf(repo, ref);
    if (seen === undefined || seen.tip !== parent) seen = { tip: parent, at: Date.now() };
    const edits = await planAppend(sourceOf(repo), parent && (await rootTree(repo, parent)), additions);
    if (edits.length === 0 && parent !== undefined) {
      return parent;
    }
    try {
      return await commitEdits(repo, { ref, parent, identity: await whoever, message, edits });
    } catch (error) {
      const isHopeless = Date.now() > deadline || Date.now() - seen.at > STANDSTILL;
      if (!(error instanceof RefRaceError)) throw error;
      if (isHopeless) {
        if (!(await removeDeadLock(repo, ref))) throw error;
        seen = undefined;
        continue;
      }
      // Somebody wins every round; who waits a random while is not beaten by the same neighbour again.
      await sleep(Math.random() * Math.min(100, 10 * attempt));
    }
  }
}

/**
 * {@link appendNotes} on top of a given commit (`undefined`: of nothing), without moving any ref: for whoever pushes
 * the commit by its id. Returns `base` itself when nothing was new.
 */
export async function commitNotes(
  repo: Repository,
  base: string | undefined,
  additions: NoteLines,
  message: string,
): Promise<string> {
  const edits = await planAppend(sourceOf(repo), base && (await rootTree(repo, base)), additions);
  if (edits.length === 0 && base !== undefined) {
    return base;
  }
  const identity = await committer(repo);
  return await commitEdits(repo, { ref: undefined, parent: base, identity, message, edits });
}

/**
 * A commit of our own with the tree of another commit, which it has nothing else to do with: neither its history nor
 * the times that whoever made it wrote down. Moves no ref.
 */
export async function commitTree(
  repo: Repository,
  treeOf: string,
  parent: string | undefined,
  message: string,
): Promise<string> {
  const tree = await rootTree(repo, treeOf);
  const identity = await committer(repo);
  const parents = parent === undefined ? '' : `parent ${parent}\n`;
  const input = `tree ${tree}\n${parents}author ${identity}\ncommitter ${identity}\n\n${message}\n`;
  return await repo.git.text(['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
}

async function rootOf(repo: RepositoryReader, refOrCommit: string): Promise<string | undefined> {
  const tip = await tipOf(repo, refOrCommit);
  return tip === undefined ? undefined : await rootTree(repo, tip);
}

async function rootTree(repo: RepositoryReader, commit: string): Promise<string> {
  const root = await repo.objects.info(`${commit}^{tree}`);
  return root?.id ?? missing(`tree of ${commit}`);
}

/** `undefined` only where there is no such ref: a ref whose commit is gone is evidence that we cannot see. */
async function tipOf(repo: RepositoryReader, refOrCommit: string): Promise<string | undefined> {
  const tip = await repo.tryResolve(refOrCommit);
  if (tip !== undefined) {
    return tip;
  }
  if (!(await isName(repo, refOrCommit))) {
    return undefined;
  }
  // Between the two questions another writer may have made the ref: only what is missing twice is missing.
  return (await repo.tryResolve(refOrCommit)) ?? missing(`commit of ${refOrCommit}`);
}

async function isName(repo: RepositoryReader, text: string): Promise<boolean> {
  if (repo.git === undefined) {
    return (await repo.objects.resolve(text)) !== undefined;
  }
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', text];
  return (await repo.git.run(args, { okCodes: [0, 1, 128] })).code === 0;
}

function sourceOf(repo: RepositoryReader): NoteSource {
  return {
    idBytes: idBytes(repo),
    read: (id) => readTree(repo, id),
    readBlob: async (id) => (await repo.objects.read(id))?.data ?? missing(`note ${id}`),
  };
}

function missing(what: string): never {
  throw new MlchainError('incomplete', `${what} is named but not here`, {
    hint: HOW_TO_FETCH,
  });
}

/** Now, by this machine's clock, as git writes it. */
async function committer(repo: Repository): Promise<string> {
  return `${await repo.committer()} ${Math.floor(Date.now() / 1000)} +0000`;
}
