import type { Repository } from '../git/repository.ts';
import { listTree } from '../git/tree.ts';
import { sha256Hex } from '../intoto/digest.ts';
import { type Envelope, parseEnvelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { OWNERS_DIR, REVOCATIONS_DIR } from '../layout/paths.ts';
import { type Content, contentOf } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.ts';

/** An endorsement or a revocation, wherever it lies. */
export interface StatementLine {
  /** SHA-256 of the line, hex. */
  readonly id: string;
  readonly line: string;
  readonly envelope: Envelope;
  readonly content: Content;
}

/** All statements in the notes of this clone, and the revocations that a commit's own tree holds. Judges nothing. */
export async function readStatements(repo: Repository, commit: string): Promise<readonly StatementLine[]> {
  const found = new Map<string, StatementLine>();
  const ledger = await Ledger.read(repo);
  for (const { id, line, envelope, content } of ledger.statements()) {
    found.set(id, { id, line, envelope, content });
  }
  for (const data of await filesBelow(repo, commit, REVOCATIONS_DIR)) {
    const statement = statementIn(data.toString('utf8').replace(/\n$/, ''));
    if (statement?.content.kind === 'revocation') found.set(statement.id, statement);
  }
  return [...found.values()];
}

/** Every version of the owners in a commit's tree. */
export async function readOwners(repo: Repository, commit: string): Promise<readonly Envelope[]> {
  return (await filesBelow(repo, commit, OWNERS_DIR)).map((data) => parseEnvelope(data));
}

/** Nobody has to sign for a file in there, so anybody could make one that cannot be read: it says nothing. */
function statementIn(line: string): StatementLine | undefined {
  try {
    const envelope = parseEnvelope(line);
    return { id: sha256Hex(line), line, envelope, content: contentOf(envelope) };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

async function filesBelow(repo: Repository, commit: string, directory: string): Promise<readonly Buffer[]> {
  const files: Buffer[] = [];
  for await (const [, { id }] of listTree(repo, commit, [`${directory}/`])) {
    const object = await repo.objects.read(id);
    if (object?.type === 'blob') files.push(object.data);
  }
  return files;
}
