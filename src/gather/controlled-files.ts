import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { unsafeName } from '../artifact/safe-name.ts';
import type { Repository } from '../git/repository.ts';
import { listTree } from '../git/tree.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { Finding } from '../verify/finding.ts';
import { lfsContent } from './lfs-content.ts';

const EXECUTABLE = '100755';

/**
 * Writes the controlled files of a judged commit, and nothing else, below an empty directory.
 * @returns what forbids it: a name that leads outside, or content that is not in this clone.
 */
export async function layOut(
  repo: Repository,
  judgment: CommitJudgment,
  directory: string,
): Promise<Finding | undefined> {
  const { state, commit } = judgment;
  if (state === undefined) return undefined;
  for await (const [path, entry] of listTree(repo, commit.id, state.control.prefixes)) {
    const artifact = state.at(path);
    if (artifact === undefined) continue;
    const base = { commit: commit.id, path } as const;
    const unsafe = unsafeName(path);
    if (unsafe !== undefined) return { ...base, code: 'invalid-name', severity: 'violation', detail: unsafe };
    if (artifact.kind !== 'file' && artifact.kind !== 'lfs') continue;
    const content =
      artifact.kind === 'lfs' ? await lfsContent(repo, artifact.digest) : blobContent(repo, entry.id);
    if (content === undefined) return { ...base, code: 'object-missing', severity: 'incomplete' };
    const mode = entry.mode === EXECUTABLE ? 0o755 : 0o644;
    if (!(await canBeWritten(join(directory, path), content, mode))) {
      return {
        ...base,
        code: 'invalid-name',
        severity: 'violation',
        detail: 'it is too long for a file here',
      };
    }
  }
  return undefined;
}

function blobContent(repo: Repository, id: string): Readable {
  return Readable.from(repo.git.stream(['cat-file', 'blob', id]));
}

/** Writes it; false for a name that git can hold and no file can have. */
async function canBeWritten(path: string, content: Readable, mode: number): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(content, createWriteStream(path, { mode, flags: 'wx' }));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return false;
    throw error;
  }
}
