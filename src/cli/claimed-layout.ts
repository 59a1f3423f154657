import { MlchainError } from '../errors.ts';
import { readCertificateBlobs } from '../gather/certificates.ts';
import { layoutAt } from '../gather/layout-at.ts';
import type { Repository } from '../git/repository.ts';
import { listTree } from '../git/tree.ts';
import type { Holder } from '../layout/holders.ts';
import { holderOf, holdersOf } from '../layout/holders.ts';
import { KEYS_DIR } from '../layout/paths.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { readKeyFiles } from './certificate-files.ts';
import type { Context } from './context.ts';
import type { LayoutFile } from './layout-file.ts';
import { readLayoutEnvelope, requireLayout } from './layout-file.ts';
import { judgeWith } from './layout-signing.ts';

/** What a repository says about itself, before anything in it is trusted. */
export interface ClaimedLayout extends LayoutFile {
  readonly certificates: readonly Certificate[];
  /** Whoever signed it with a key whose certificate is here: each person once. */
  readonly signers: readonly Holder[];
  /** Key ids of signatures that nobody here can check, or that do not fit. */
  readonly unproven: readonly string[];
}

/** The layout of the work tree or, where there is none (a bare repository), of HEAD; undefined where neither has one. */
export async function readClaimedLayout(
  repo: Repository,
  context: Context,
): Promise<ClaimedLayout | undefined> {
  const { workTree } = repo;
  if (workTree !== undefined && (await readLayoutEnvelope(workTree)) !== undefined) {
    return claimOf(await requireLayout(workTree), await readKeyFiles(workTree, context));
  }
  const head = await repo.head();
  const committed = head === undefined ? undefined : await layoutAt(repo, head);
  if (head === undefined || committed === undefined) return undefined;
  const blobs: string[] = [];
  for await (const [, entry] of listTree(repo, head, [`${KEYS_DIR}/`])) blobs.push(entry.id);
  return claimOf(committed, await readCertificateBlobs(repo, blobs));
}

/** The same for commands that only draw names from it: a malformed layout is said aloud and is no obstacle to them. */
export async function readClaimIfWhole(
  repo: Repository,
  context: Context,
): Promise<ClaimedLayout | 'malformed' | undefined> {
  try {
    return await readClaimedLayout(repo, context);
  } catch (error) {
    if (!(error instanceof MlchainError) || error.code !== 'input') throw error;
    context.voice.warn(error.message, error.hint);
    return 'malformed';
  }
}

function claimOf({ envelope, layout }: LayoutFile, certificates: readonly Certificate[]): ClaimedLayout {
  const judge = judgeWith(certificates, envelope);
  const holders = holdersOf(certificates);
  const good = envelope.signatures.filter((signature) => judge(signature) === true);
  const signers = new Map(
    good.map(({ keyid }) => holderOf(keyid, holders)).map((one) => [one.fingerprint, one]),
  );
  const unproven = envelope.signatures
    .filter((signature) => judge(signature) !== true)
    .map(({ keyid }) => keyid);
  return { envelope, layout, certificates, signers: [...signers.values()], unproven };
}
