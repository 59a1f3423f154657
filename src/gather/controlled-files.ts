import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DvcContents, dvcOutput } from '../artifact/dvc/contents.ts';
import { unsafeName } from '../artifact/safe-name.ts';
import type { Repository } from '../git/repository.ts';
import { listTree } from '../git/tree.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { Finding } from '../verify/finding.ts';
import { mismatch } from './deep-look.ts';
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
    if (artifact?.kind !== 'file' && artifact?.kind !== 'lfs') continue;
    const content =
      artifact.kind === 'lfs' ? await lfsContent(repo, artifact.digest) : blobContent(repo, entry.id);
    const mode = entry.mode === EXECUTABLE ? 0o755 : 0o644;
    const refused = await place(directory, { commit: commit.id, path }, content, mode);
    if (refused !== undefined) return refused;
  }
  return await layOutDvc(repo, judgment, directory);
}

/** What DVC tracks, from this clone, where it is what was signed. */
async function layOutDvc(
  repo: Repository,
  { state, commit, effective }: CommitJudgment,
  directory: string,
): Promise<Finding | undefined> {
  const contents = new DvcContents(repo);
  for (const [step, { artifacts }] of state?.steps ?? []) {
    for (const [name, { kind }] of artifacts) {
      if (!kind.startsWith('dvc:')) continue;
      const output = dvcOutput(name);
      const found = contents.find(output, kind);
      const base = { commit: commit.id, path: name };
      const signed = effective.get(step)?.link.link.products.get(name)?.get('sha256');
      if (found.state !== 'here') return { ...base, ...absent('DVC') };
      const { content } = found;
      if (content.sha256 !== signed) return { ...base, step, ...differs(signed, content.sha256) };
      for (const [path, file] of content.files ?? [['', content]]) {
        const at = { commit: commit.id, path: output + path };
        const refused = await place(directory, at, createReadStream(file.place), 0o644);
        if (refused !== undefined) return refused;
      }
    }
  }
  return undefined;
}

function absent(where?: string) {
  return { code: 'object-missing', severity: 'incomplete', place: where } as const;
}

function differs(expected: string | undefined, found: string) {
  return mismatch('DVC', `sha256:${expected}`, `sha256:${found}`);
}

async function place(
  directory: string,
  base: { readonly commit: string; readonly path: string },
  content: Readable | undefined,
  mode: number,
): Promise<Finding | undefined> {
  const invalid = (detail: string): Finding => {
    return { ...base, code: 'invalid-name', severity: 'violation', detail };
  };
  const unsafe = unsafeName(base.path);
  if (unsafe !== undefined) return invalid(unsafe);
  if (content === undefined) return { ...base, ...absent() };
  const isWritten = await canBeWritten(join(directory, base.path), content, mode);
  return isWritten ? undefined : invalid('it is too long for a file here');
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
