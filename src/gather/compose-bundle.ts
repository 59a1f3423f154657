import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { parseEnvelope, respellEnvelope } from '../intoto/envelope.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { BundleHeader, BundleParts } from '../ledger/bundle.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { ownersOf } from '../verify/layout-trust.ts';
import { isAuthorisedRevocation, type RevocationCourt } from '../verify/revoked.ts';
import { certificatesOf, releaseChain } from './release-chain.ts';
import { readOwners, readStatements, type StatementLine } from './statements.ts';

export interface BundleRequest {
  readonly history: HistoryJudgment;
  readonly header: BundleHeader;
  /** Seconds. */
  readonly now: number;
}

/**
 * Everything that somebody without the repository needs to judge the chain at a commit, and nothing that would not
 * count there: a bundle is judged as a whole.
 */
export async function composeBundle(
  repo: Repository,
  { history, header, now }: BundleRequest,
): Promise<BundleParts> {
  const chain = releaseChain(history, header.commit);
  const { keys } = history;
  // The owners at that commit, who need not be those pinned any more.
  const court = { layout: chain.layout.layout, keys, trust: chain.layout.owners, now };
  const statements = countingStatements(await readStatements(repo, header.commit), history, court);
  const owners = await readOwners(repo, header.commit);
  const signers = [...owners, ...statements.map(({ envelope }) => envelope)].flatMap((envelope) =>
    envelope.signatures.flatMap(({ keyid }) => keys.primaryOf(keyid) ?? []),
  );
  const layout = await repo.objects.read(`${header.commit}:${LAYOUT_PATH}`);
  if (layout === undefined) throw new MlchainError('incomplete', `${LAYOUT_PATH} is not in this clone`);
  return {
    header,
    owners,
    layout: parseEnvelope(layout.data),
    certificates: certificatesOf(chain, keys, signers).map(({ armored }) => armored),
    evidence: [
      ...chain.links.map(({ entry }) => respellEnvelope(entry.envelope)),
      ...statements.map(({ line }) => line),
    ],
  };
}

/** Endorsements of this history by owners, and every revocation by somebody who may revoke. */
export function countingStatements(
  statements: readonly StatementLine[],
  { ancestry }: HistoryJudgment,
  court: RevocationCourt,
): readonly StatementLine[] {
  const revocations = statements.flatMap(({ id, envelope, content }) =>
    content.kind === 'revocation' ? [{ id, envelope, revocation: content.revocation }] : [],
  );
  return statements.filter(({ id, envelope, content }) => {
    if (content.kind === 'revocation') {
      return isAuthorisedRevocation({ id, envelope, revocation: content.revocation }, revocations, court);
    }
    if (content.kind !== 'endorsement' || !ancestry.has(content.endorsement.commit)) return false;
    return ownersOf(envelope, court.keys, court.trust, court.now).good.size > 0;
  });
}
