import type { Layout } from '../intoto/layout.ts';
import { layoutFromJson } from '../intoto/layout.ts';
import { matchCycle } from '../intoto/match-order.ts';
import { layoutId } from '../layout/identity.ts';
import type { Bundle } from '../ledger/bundle.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { BundledLinks, lineFindings, revokedFindings } from './bundle-lines.ts';
import { type Delivered, type DeliveredProduct, judgeDelivered } from './delivered.ts';
import type { Trust } from './facts.ts';
import { type Finding, verdictOf } from './finding.ts';
import { KeyBook } from './key-book.ts';
import { OwnersBook } from './owners.ts';
import { type SupplyChainVerdict, verifySupplyChain } from './supply-chain.ts';
import type { VerdictReport } from './verdict.ts';

/** All that a bundle is judged by. No repository, and no clock but today's: nothing tells when a signature was made. */
export interface BundleCase {
  readonly bundle: Bundle;
  /** Those in the bundle, judged: they add facts to keys and authorise nobody. */
  readonly certificates: readonly Certificate[];
  readonly trust: Trust;
  readonly delivered: readonly Delivered[];
  /** Seconds. */
  readonly now: number;
}

interface Judged {
  readonly findings: readonly Finding[];
  readonly products: readonly DeliveredProduct[];
}

/** What does not count among loose evidence is ignored; in a bundle it has no business. Only these are no such thing. */
const HARMLESS: ReadonlySet<Finding['code']> = new Set(['command-differs', 'inspections-skipped']);

/**
 * Judges a bundle as a whole (`formats.md` §5): the layout by the pinned owners, every line by whoever had to sign it,
 * the chain as in-toto does, and then what was delivered.
 */
export async function judgeBundle(pinned: BundleCase): Promise<VerdictReport> {
  const { bundle } = pinned;
  if (pinned.trust.owners.length === 0) {
    return report(pinned, { findings: [{ code: 'nothing-pinned', severity: 'incomplete' }], products: [] });
  }
  const owners = judgeOwners(pinned);
  if ('code' in owners) return report(pinned, { findings: [owners], products: [] });
  const { trust } = owners;
  const question = { ...pinned, trust };
  const chain = await judgeChain(question);
  const findings = [...chain.findings.map(asPartOfAWhole), ...layoutFindings(bundle, trust)];
  if (verdictOf(findings) !== 'verified') return report(question, { findings, products: [] }, chain);
  const rest = judgeRest(question, layoutFromJson(bundle.layout.signed));
  return report(question, { ...rest, findings: [...findings, ...rest.findings] }, chain);
}

async function judgeChain({ bundle, certificates, trust, now }: BundleCase) {
  const owners = certificates.filter(({ fingerprint }) => trust.owners.includes(fingerprint));
  return await verifySupplyChain({
    layout: bundle.layout,
    owners: owners.map(({ publicKey }) => publicKey),
    ownerThreshold: trust.threshold,
    links: new BundledLinks(bundle.evidence),
    certificates,
    now,
    parameters: undefined,
    inspect: undefined,
  });
}

function asPartOfAWhole(finding: Finding): Finding {
  return finding.severity === 'warning' && !HARMLESS.has(finding.code)
    ? { ...finding, severity: 'violation' }
    : finding;
}

/** The owners that the versions in the bundle lead to from those pinned (`product.md` §3, "rotation"); none: those. */
function judgeOwners({ bundle, certificates, trust, now }: BundleCase): { readonly trust: Trust } | Finding {
  const files = bundle.owners.map((envelope, at) => ({ blob: `${at}`, envelope }));
  const book = new OwnersBook(files, { keys: new KeyBook(certificates), trust, now });
  const numbers = bundle.owners.map(({ signed }) => Number(signed.get('version')));
  const byNumber = new Map(numbers.map((version, at) => [version, `${at}`]));
  const found = book.inForce(byNumber, []);
  const untrusted = { code: 'owners-untrusted', severity: 'violation' } as const;
  if (byNumber.size < files.length)
    return { ...untrusted, detail: 'a version of the owners lies there twice' };
  if (found.refusal !== undefined) return { ...untrusted, detail: found.refusal };
  const isOver = found.expires !== undefined && found.expires <= now * 1000;
  return isOver ? { ...untrusted, detail: `version ${found.version} of the owners has expired` } : found;
}

/** What a repository's layout has to be besides what in-toto asks of it (`product.md` §§3, 6-2). */
function layoutFindings({ layout: { signed } }: Bundle, trust: Trust): Finding[] {
  const readme = signed.get('readme');
  const id = typeof readme === 'string' ? layoutId(readme) : undefined;
  const findings: Finding[] = [];
  if (trust.id !== undefined && id !== trust.id) {
    const detail = `mlchain-id is ${id ?? 'missing'}, this clone pinned ${trust.id}`;
    findings.push({ code: 'layout-untrusted', severity: 'violation', detail });
  }
  return findings;
}

/** After the chain itself has held: the other lines, what was revoked, and what lies before the user. */
function judgeRest({ bundle, certificates, trust, delivered, now }: BundleCase, layout: Layout): Judged {
  const cycle = matchCycle(layout);
  if (cycle !== undefined) {
    const detail = `steps match each other in a circle: ${cycle.join(' → ')}`;
    return { findings: [{ code: 'layout-invalid', severity: 'violation', detail }], products: [] };
  }
  const court = { layout, keys: new KeyBook(certificates), trust, now };
  // All links of a step agree by now, so any of them will do.
  const links = new Map(
    bundle.evidence.flatMap(({ content }) =>
      content.kind === 'link' ? [[content.link.name, content.link] as const] : [],
    ),
  );
  const { products, findings } = judgeDelivered(delivered, layout, (step) => links.get(step));
  return {
    findings: [
      ...lineFindings(bundle.evidence, court),
      ...revokedFindings(bundle.evidence, court),
      ...findings,
    ],
    products,
  };
}

function report(
  { bundle }: BundleCase,
  { findings, products }: Judged,
  chain?: SupplyChainVerdict,
): VerdictReport {
  const links = chain?.links ?? 0;
  const signatures = chain === undefined ? 0 : links + bundle.layout.signatures.length;
  return {
    verdict: verdictOf(findings),
    revision: bundle.header.commit,
    questions: ['release'],
    checked: { commits: 0, links, signatures, cached: 0 },
    steps: chain?.steps ?? [],
    findings,
    bundle: { created: bundle.header.created, products },
  };
}
