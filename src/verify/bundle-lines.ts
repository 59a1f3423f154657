import { unsafeArtifactName } from '../artifact/safe-name.ts';
import type { Layout } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import type { BundledEvidence } from '../ledger/bundle.ts';
import type { Finding } from './finding.ts';
import { ownersOf } from './layout-trust.ts';
import {
  countingRevocations,
  isAuthorisedRevocation,
  type RevocationCourt,
  type RevocationLine,
  revokedLinks,
} from './revoked.ts';
import type { LinkFile, LinkSource } from './supply-chain-facts.ts';

/** How much of a key id in-toto writes into a file's name. */
const KEYID_DIGITS = 8;

/** The links of a bundle as an in-toto directory has them: one file for each signature on each line. */
export class BundledLinks implements LinkSource {
  readonly #evidence: readonly BundledEvidence[];

  constructor(evidence: readonly BundledEvidence[]) {
    this.#evidence = evidence;
  }

  links(step: string): Promise<readonly LinkFile[]> {
    const files = this.#evidence.flatMap(({ content, envelope, number }): LinkFile[] => {
      if (content.kind !== 'link' || content.link.name !== step) return [];
      const keyids = envelope.signatures.map(({ keyid }) => keyid.slice(0, KEYID_DIGITS));
      // Without a signature it is nobody's, and must not be passed over for that.
      const prefixes = keyids.length > 0 ? keyids : [''];
      return prefixes.map((keyidPrefix) => ({ file: `line ${number}`, keyidPrefix, envelope }));
    });
    return Promise.resolve(files);
  }

  /** A repository's layout has no sublayouts, so neither has a bundle. */
  below(): LinkSource {
    return new BundledLinks([]);
  }
}

/** Lines that the chain itself did not ask about, judged one by one: no line may stand there that counts for nothing. */
export function lineFindings(evidence: readonly BundledEvidence[], court: RevocationCourt): Finding[] {
  const revocations = revocationLines(evidence);
  return evidence.flatMap((line) =>
    lineProblems(line, revocations, court).map(({ code, path, detail }) => ({
      code,
      severity: 'violation',
      step: line.content.kind === 'link' ? line.content.link.name : undefined,
      path,
      detail: `line ${line.number}: ${detail}`,
    })),
  );
}

type LineProblem = Pick<Finding, 'code' | 'path' | 'detail'>;

function lineProblems(
  { id, content, envelope }: BundledEvidence,
  revocations: readonly RevocationLine[],
  court: RevocationCourt,
): readonly LineProblem[] {
  switch (content.kind) {
    case 'link':
      return linkProblems(content.link, court.layout);
    case 'endorsement': {
      const { good } = ownersOf(envelope, court.keys, court.trust, court.now);
      const detail = 'an endorsement that no pinned owner signed';
      return good.size > 0 ? [] : [{ code: 'unauthorised', detail }];
    }
    case 'revocation': {
      const line = { id, envelope, revocation: content.revocation };
      const detail = 'a revocation by somebody who may not revoke';
      return isAuthorisedRevocation(line, revocations, court) ? [] : [{ code: 'unauthorised', detail }];
    }
    case 'unknown':
      return [{ code: 'malformed-evidence', detail: `of unknown type '${content.type}'` }];
  }
}

/** Names lead to files wherever somebody writes out what a bundle is about (threat 33). */
function linkProblems(link: Link, { steps }: Layout): readonly LineProblem[] {
  if (steps.every(({ name }) => name !== link.name)) {
    return [{ code: 'wrong-step', detail: 'the layout has no step of this name' }];
  }
  return [...link.materials.keys(), ...link.products.keys()].flatMap((path) => {
    const detail = unsafeArtifactName(path);
    return detail === undefined ? [] : [{ code: 'invalid-name', path, detail } as const];
  });
}

/** Links that contain what somebody has revoked: the chain held when they were made, and holds no more (threat 39). */
export function revokedFindings(evidence: readonly BundledEvidence[], court: RevocationCourt): Finding[] {
  const links = evidence.flatMap(({ content }) => (content.kind === 'link' ? [content.link] : []));
  const revoked = revokedLinks(links, countingRevocations(revocationLines(evidence), court));
  return [...revoked].map(([link, detail]) => ({
    code: 'revoked',
    severity: 'violation',
    step: link.name,
    detail,
  }));
}

function revocationLines(evidence: readonly BundledEvidence[]): RevocationLine[] {
  return evidence.flatMap(({ id, envelope, content }) =>
    content.kind === 'revocation' ? [{ id, envelope, revocation: content.revocation }] : [],
  );
}
