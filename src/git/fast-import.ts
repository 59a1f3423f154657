import { GitError, RefRaceError } from './git-error.ts';
import type { Repository } from './repository.ts';

export type TreeEdit =
  | { readonly kind: 'write'; readonly path: string; readonly content: Buffer }
  | { readonly kind: 'link'; readonly path: string; readonly blob: string }
  | { readonly kind: 'delete'; readonly path: string };

export interface CommitRequest {
  /** The ref to move; `undefined`: none, the commit is only made. */
  readonly ref: string | undefined;
  /** The commit to build on, and what the ref must not have moved away from; `undefined`: a first commit. */
  readonly parent: string | undefined;
  /** `Name <address> seconds zone`. */
  readonly identity: string;
  readonly message: string;
  /** Paths of hex digits and slashes, which need no quoting. */
  readonly edits: readonly TreeEdit[];
}

/** fast-import cannot commit without a ref; one that is reset to nothing in the same run never comes to be. */
const NO_REF = 'refs/mlchain/none';

/**
 * One commit by `git fast-import`: objects first, then the ref by compare-and-swap, never by force; a crash leaves
 * the old ref. Throws {@link RefRaceError} when the ref moved meanwhile or is locked.
 */
export async function commitEdits(repo: Repository, request: CommitRequest): Promise<string> {
  const args = ['fast-import', '--quiet', '--done', '--date-format=raw'];
  // Small imports become loose objects whatever the user's limit says: a pack a note slows down everything else.
  const loose = ['-c', 'fastimport.unpackLimit=100'];
  const input = program(request, '0'.repeat(repo.objectFormat === 'sha256' ? 64 : 40));
  const { stdout, stderr, code } = await repo.git.run([...loose, ...args], { input, okCodes: [0, 1, 128] });
  repo.refs.forget();
  if (code === 0) {
    return stdout.toString('latin1').trim();
  }
  // 1: the commit is made, its ref could not be moved (and never can, before a push is accepted). Anything else:
  // fast-import did not understand, or could not write.
  const failure = { args, exitCode: code, stderr };
  const mayRetry = code === 1 && !stderr.includes('quarantine');
  throw mayRetry ? new RefRaceError(failure) : new GitError(failure);
}

/** git-fast-import(1): without an author line the committer is the author; `get-mark` prints the new commit's id. */
function program(request: CommitRequest, nothing: string): Buffer {
  const message = Buffer.from(request.message, 'utf8');
  const ref = request.ref ?? NO_REF;
  const parts: (string | Buffer)[] = [
    `commit ${ref}\nmark :1\ncommitter ${request.identity}\ndata ${message.length}\n`,
    message,
    '\n',
    request.parent === undefined ? '' : `from ${request.parent}\n`,
    ...request.edits.flatMap(editLines),
    '\nget-mark :1\n',
    request.ref === undefined ? `reset ${ref}\nfrom ${nothing}\n\n` : '',
    'done\n',
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
