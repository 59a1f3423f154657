import { MlchainError } from '../errors.ts';
import { removeDeadLock } from './dead-lock.ts';
import { GitError, RefRaceError } from './git-error.ts';
import { encodePath } from './paths.ts';
import type { RepositoryReader } from './reader.ts';
import type { Repository } from './repository.ts';

export interface RefUpdate {
  readonly ref: string;
  /** `undefined` deletes the ref. */
  readonly new: string | undefined;
  /** What the ref must be for the update to happen; left out: whatever it is. */
  readonly old?: string | 'absent';
}

/** Refs below the prefixes (default: all) with the id each holds: of a tag object, not of what it tags. */
export async function listRefs(
  repo: RepositoryReader,
  ...prefixes: readonly string[]
): Promise<Map<string, string>> {
  if (repo.git === undefined) {
    return await repo.objects.refs(prefixes);
  }
  return await repo.refs.below(prefixes);
}

/**
 * All or nothing, by compare-and-swap; for refs that nobody but this tool writes. Throws {@link RefRaceError} when a ref
 * is not what `old` says.
 */
export async function updateRefs(repo: Repository, updates: readonly RefUpdate[]): Promise<void> {
  if (updates.length === 0) {
    return;
  }
  try {
    await updateOnce(repo, updates);
  } catch (error) {
    if (!(error instanceof RefRaceError)) throw error;
    const removed = await Promise.all(updates.map(({ ref }) => removeDeadLock(repo, ref)));
    if (!removed.includes(true)) throw error;
    await updateOnce(repo, updates);
  }
}

async function updateOnce(repo: Repository, updates: readonly RefUpdate[]): Promise<void> {
  const absent = '0'.repeat(repo.objectFormat === 'sha256' ? 64 : 40);
  const input = encodePath(updates.map((update) => command(update, absent)).join(''));
  const args = ['update-ref', '--no-deref', '--stdin', '-z'];
  try {
    await repo.git.run(args, { input });
  } catch (error) {
    throw raceOr(error);
  } finally {
    repo.refs.forget();
  }
}

/** A {@link RefRaceError} where git could not lock a ref or found another value in it, else the error itself. */
function raceOr(error: unknown): unknown {
  if (error instanceof GitError && /cannot lock ref|Unable to create '.*\.lock'/.test(error.stderr)) {
    return new RefRaceError(error);
  }
  return error;
}

function command(update: RefUpdate, absent: string): string {
  const { ref, old } = update;
  if (ref.includes('\0') || !ref.startsWith('refs/')) {
    throw new MlchainError('input', `not a ref: ${JSON.stringify(ref)}`);
  }
  const expected = old === 'absent' ? absent : (old ?? '');
  if (update.new !== undefined) {
    return `update ${ref}\0${update.new}\0${expected}\0`;
  }
  return old === 'absent' ? `verify ${ref}\0${absent}\0` : `delete ${ref}\0${expected}\0`;
}
