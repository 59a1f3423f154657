import { RefRaceError } from './git-error.ts';
import type { Repository } from './repository.ts';

export type TreeEdit =
  | { readonly kind: 'write'; readonly path: string; readonly content: Buffer }
  | { readonly kind: 'link'; readonly path: string; readonly blob: string }
  | { readonly kind: 'delete'; readonly path: string };

export interface CommitRequest {
  readonly ref: string;
  /** The commit to build on, and what the ref must not have moved away from; `undefined`: a first commit. */
  readonly parent: string | undefined;
  /** `Name <address> seconds zone`. */
  readonly identity: string;
  readonly message: string;
  readonly edits: readonly TreeEdit[];
}

/**
 * One commit by `git fast-import`: objects first, then the ref by compare-and-swap, never by force; a crash leaves
 * the old ref. Throws {@link RefRaceError} when the ref moved meanwhile.
 */
export async function commitEdits(repo: Repository, request: CommitRequest): Promise<string> {
  const args = [
    '-c',
    // a pack for each note would slow down everything else
    'fastimport.unpackLimit=100',
    'fast-import',
    '--quiet',
    '--done',
    '--date-format=raw',
  ];
  const { stdout, stderr, code } = await repo.git.run(args, {
    input: program(request),
    okCodes: [0, 1, 128],
  });
  if (code !== 0) {
    throw new RefRaceError({ args: ['fast-import'], exitCode: code, stderr });
  }
  return stdout.toString('latin1').trim();
}

/** git-fast-import(1): author and committer are the same, `get-mark` prints the new commit's id. */
function program(request: CommitRequest): Buffer {
  const message = Buffer.from(request.message, 'utf8');
  const parts: (string | Buffer)[] = [
    `commit ${request.ref}\nmark :1\ncommitter ${request.identity}\ndata ${message.length}\n`,
    message,
    '\n',
    request.parent === undefined ? '' : `from ${request.parent}\n`,
    ...request.edits.flatMap(editLines),
    '\nget-mark :1\ndone\n',
  ];
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
}

function editLines(edit: TreeEdit): (string | Buffer)[] {
  switch (edit.kind) {
    case 'write':
      return [`M 100644 inline ${edit.path}\ndata ${edit.content.length}\n`, edit.content, '\n'];
    case 'link':
      return [`M 100644 ${edit.blob} ${edit.path}\n`];
    case 'delete':
      return [`D ${edit.path}\n`];
  }
}
