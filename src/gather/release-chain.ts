import { MlchainError } from '../errors.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { StepLink } from '../verify/counting-link.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import type { KeyBook } from '../verify/key-book.ts';
import type { TrustedLayout } from '../verify/layout-trust.ts';

/** What every form of export is made from: one judged commit and the layout that is in force there. */
export interface ReleaseChain {
  readonly judgment: CommitJudgment;
  readonly layout: TrustedLayout;
  /** Exactly the links that agree, one a signer, step by step. */
  readonly links: readonly StepLink[];
}

/** @throws MlchainError failed where no layout is in force, so that there is no chain to speak of */
export function releaseChain(history: HistoryJudgment, revision: string): ReleaseChain {
  const judgment = history.commits.get(revision);
  const layout = judgment?.inForce.own;
  if (judgment === undefined || layout === undefined) {
    throw new MlchainError('failed', 'no layout that pinned owners signed is in force at this commit', {
      hint: 'git mlchain verify says why',
    });
  }
  const links = [...judgment.effective.values()].flatMap(({ signers, link }) =>
    signers.length > 0 ? signers : [link],
  );
  return { judgment, layout, links };
}

/** Certificates of everybody who signed something of the chain, owners first, as far as they are known. */
export function certificatesOf(
  { layout, links }: ReleaseChain,
  keys: KeyBook,
  others: readonly string[] = [],
): readonly Certificate[] {
  const people = [...layout.signers, ...links.map(({ signer }) => signer.fingerprint), ...others];
  return [...new Set(people)].flatMap((person) => keys.certificate(person) ?? []);
}
