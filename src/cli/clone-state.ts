import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { type Assessment, assess } from '../gather/assess.ts';
import { readTrust } from '../gather/trust.ts';
import type { Repository } from '../git/repository.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import { type RemoteEvidence, remoteEvidence } from '../ledger/fetched.ts';
import { countLines, linesMissing } from '../ledger/note-lines.ts';
import { localRef, trackingRef } from '../ledger/refs.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import { KeyError } from '../openpgp/key-error.ts';
import { findSigningKey, type SigningKey } from '../openpgp/signer.ts';
import type { StatusReport } from '../report/status-text.ts';
import type { Trust } from '../verify/facts.ts';
import type { TrustedLayout } from '../verify/layout-trust.ts';
import type { Context } from './context.ts';
import { signerRequest } from './signing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What this clone knows about the commit it stands on: what `status` shows and `doctor` examines. */
export interface AtHead {
  /** Undefined before the first commit, with all that follows from it. */
  readonly head: string | undefined;
  readonly trust: Trust;
  /** Both questions, without inspections. */
  readonly assessment: Assessment | undefined;
  /** Whether there is a layout in the work tree. */
  readonly drafted: boolean;
  /** In force at HEAD. */
  readonly layout: TrustedLayout | undefined;
}

export async function judgeHead(repo: Repository, context: Context): Promise<AtHead> {
  const head = await repo.head();
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const drafted = repo.workTree !== undefined && existsSync(path.join(repo.workTree, LAYOUT_PATH));
  if (head === undefined) return { head, trust, drafted, assessment: undefined, layout: undefined };
  const now = Math.floor(context.now() / 1000);
  const release = {
    trust,
    questions: ['history', 'release'],
    inspections: undefined,
    now,
    cache: 'histories',
  } as const;
  const assessment = await assess(repo, { ...release, revision: head });
  return { head, trust, drafted, assessment, layout: assessment.history?.commits.get(head)?.inForce.own };
}

/** The layout as `status` has it: how long it still holds, or why there is none. */
export function layoutStatus({ head, trust, drafted, layout }: AtHead, now: number): StatusReport['layout'] {
  if (layout !== undefined) return { daysLeft: Math.floor((layout.layout.expires - now) / DAY_MS) };
  if (head === undefined && drafted)
    return { problem: `no commit yet: commit ${LAYOUT_PATH} once its owners have signed it` };
  if (head === undefined) return { problem: "no commit yet: 'git mlchain layout new' drafts a layout" };
  if (trust.owners.length === 0)
    return { problem: "no owner is pinned: 'git mlchain trust FPR', or --first-use" };
  return { problem: "none in force at HEAD: 'git mlchain verify' says why" };
}

/** The key that would sign, or why there is none. Opens nothing. */
export async function ownKey(repo: Repository, context: Context): Promise<SigningKey | KeyError> {
  try {
    return await findSigningKey(await signerRequest(repo, context, undefined));
  } catch (error) {
    if (error instanceof KeyError) return error;
    throw error;
  }
}

/** The steps for which the layout authorises a key. */
export function stepsOf({ keyid }: SigningKey, layout: TrustedLayout | undefined): string[] {
  if (layout === undefined) return [];
  return layout.layout.steps
    .map(({ name }) => name)
    .filter((name) => isAuthorised(layout.layout, name, keyid));
}

export interface EvidenceState extends RemoteEvidence {
  /** Lines of this person's that the remote is not known to have. */
  readonly undelivered: number;
}

/** Where each remote stands, by what this clone knows: nobody is asked. */
export async function evidenceState(
  repo: Repository,
  signer: string | undefined,
): Promise<readonly EvidenceState[]> {
  const remotes = await remoteEvidence(repo);
  return await Promise.all(
    remotes.map(async (evidence) => ({
      ...evidence,
      undelivered: await undelivered(repo, evidence.remote, signer),
    })),
  );
}

async function undelivered(repo: Repository, remote: string, signer: string | undefined): Promise<number> {
  const own = signer && (await repo.tryResolve(localRef(signer)));
  if (signer === undefined || own === undefined || own === '') return 0;
  return countLines(await linesMissing(repo, own, await repo.tryResolve(trackingRef(remote, signer))));
}
