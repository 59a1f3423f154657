import { setTimeout as sleep } from 'node:timers/promises';
import { MlchainError } from '../errors.ts';
import type { TreeEdit } from './fast-import.ts';
import { commitEdits } from './fast-import.ts';
import { RefRaceError } from './git-error.ts';
import type { NoteSpot, TreeSource } from './note-tree.ts';
import { findNote } from './note-tree.ts';
import { records } from './records.ts';
import type { Repository } from './repository.ts';
import { idBytes, readTree } from './tree.ts';

/** A note: a blob that speaks of an object, which need not be here. */
export interface Note {
  readonly object: string;
  readonly blob: string;
}

export interface AppendOptions {
  /** Build on this commit instead of what the ref holds now. */
  readonly base?: string;
}

const NOTE = /^\d+ blob ([0-9a-f]+)\t((?:[0-9a-f]{2}\/)*[0-9a-f]+)$/i;
const TRIES = 60;

/** Every note of a ref or commit, at any fan-out; an object twice, where two writers used two fan-outs. */
export async function* listNotes(
  repo: Repository,
  refOrCommit: string,
): AsyncGenerator<Note, void, undefined> {
  const root = await repo.objects.info(`${refOrCommit}^{tree}`);
  if (root === undefined) {
    return;
  }
  const digits = 2 * idBytes(repo);
  for await (const record of records(repo.git.stream(['ls-tree', '-r', '-z', '--full-tree', root.id]))) {
    const [, blob, path] = NOTE.exec(record.toString('latin1')) ?? [];
    const object = path?.replaceAll('/', '').toLowerCase();
    if (blob !== undefined && object?.length === digits && !record.toString('latin1').startsWith('12')) {
      yield { object, blob };
    }
  }
}

/** What a ref notes on an object, the lines of several fan-outs together; `undefined` when nothing. */
export async function readNote(
  repo: Repository,
  refOrCommit: string,
  object: string,
): Promise<Buffer | undefined> {
  const root = await repo.objects.info(`${refOrCommit}^{tree}`);
  const { found } = await findNote(sourceOf(repo), root?.id, object);
  const contents = await Promise.all(found.map(async ({ blob }) => await readBlob(repo, blob)));
  return contents.length < 2 ? contents[0] : unionOfLines(contents, []);
}

/**
 * Adds lines to the notes of a ref: the union of what is there and what is new, sorted bytewise, unique. Whatever
 * else lies in the tree stays. Retried from a fresh reading whenever somebody else was faster. Returns the new tip,
 * or the old one when nothing was new.
 */
export async function appendNotes(
  repo: Repository,
  ref: string,
  additions: ReadonlyMap<string, readonly string[]>,
  message: string,
  options: AppendOptions = {},
): Promise<string> {
  const identity = await committer(repo);
  for (let attempt = 1; ; attempt += 1) {
    const parent = options.base ?? (await repo.tryResolve(ref));
    const edits = await planAppend(repo, parent, additions);
    if (edits.length === 0 && parent !== undefined) {
      return parent;
    }
    try {
      return await commitEdits(repo, { ref, parent, identity, message, edits });
    } catch (error) {
      if (!(error instanceof RefRaceError) || attempt === TRIES) {
        throw error;
      }
      await sleep(Math.random() * Math.min(250, 5 * attempt));
    }
  }
}

async function planAppend(
  repo: Repository,
  parent: string | undefined,
  additions: ReadonlyMap<string, readonly string[]>,
): Promise<TreeEdit[]> {
  const source = sourceOf(repo);
  const root = parent === undefined ? undefined : (await repo.objects.info(`${parent}^{tree}`))?.id;
  const edits = await Promise.all(
    Array.from(additions, async ([object, lines]) => {
      const spot = await findNote(source, root, object);
      return await planNote(repo, spot, lines);
    }),
  );
  return edits.flat();
}

async function planNote(repo: Repository, spot: NoteSpot, lines: readonly string[]): Promise<TreeEdit[]> {
  const contents = await Promise.all(spot.found.map(async ({ blob }) => await readBlob(repo, blob)));
  const content = unionOfLines(contents, lines);
  const doubles = spot.found.filter(({ path }) => path !== spot.path);
  if (doubles.length === 0 && contents[0]?.equals(content)) {
    return [];
  }
  return [
    ...doubles.map(({ path }) => ({ kind: 'delete', path }) as const),
    { kind: 'write', path: spot.path, content },
  ];
}

/** Bytes as Latin-1 text, so that foreign bytes survive and the order of strings is the order of bytes. */
function unionOfLines(contents: readonly Buffer[], additions: readonly string[]): Buffer {
  const old = contents.flatMap((content) => content.toString('latin1').split('\n'));
  const added = additions.map((line) => Buffer.from(line, 'utf8').toString('latin1'));
  const lines = [...new Set([...old, ...added])].filter((line) => line !== '').sort();
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

async function readBlob(repo: Repository, id: string): Promise<Buffer> {
  const object = await repo.objects.read(id);
  if (object === undefined) {
    throw new MlchainError('incomplete', `note ${id} is named but not here`, { hint: 'git fetch --refetch' });
  }
  return object.data;
}

function sourceOf(repo: Repository): TreeSource {
  return { idBytes: idBytes(repo), read: async (id) => await readTree(repo, id) };
}

/** Who commits, as git would write it; a machine without an identity (a server, a build) still may. */
async function committer(repo: Repository): Promise<string> {
  const { stdout, code } = await repo.git.run(['var', 'GIT_COMMITTER_IDENT'], { okCodes: [0, 128] });
  const now = Math.floor(Date.now() / 1000);
  return code === 0 ? stdout.toString('utf8').trim() : `git-mlchain <git-mlchain@localhost> ${now} +0000`;
}
