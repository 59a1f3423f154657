import { parseEnvelope } from '../../src/intoto/envelope.ts';
import type { BundleParts } from '../../src/ledger/bundle.ts';
import { parseBundle, writeBundle } from '../../src/ledger/bundle.ts';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import type { BundleCase } from '../../src/verify/bundle.ts';
import { judgeBundle } from '../../src/verify/bundle.ts';
import type { VerdictReport } from '../../src/verify/verdict.ts';
import type { Story } from './pipeline.ts';

export const BUNDLED = '2026-11-22T08:00:00Z';

/** What the exporter would put into a bundle of this story; `more` makes it another one. */
export function partsOf(
  { world, layout, tested, ...people }: Story,
  more: Partial<BundleParts> = {},
): BundleParts {
  const envelope = world.layouts.get(layout)?.envelope;
  if (envelope === undefined) throw new Error('no layout');
  const { olivia, alice, bob, carl } = people;
  return {
    header: { commit: tested, created: BUNDLED },
    owners: [],
    layout: envelope,
    certificates: [olivia, alice, bob, carl].map(({ certificate }) => certificate.armored),
    evidence: world.evidence.map(({ line }) => line),
    ...more,
  };
}

/** Judged by somebody who trusts the story's owner; `more` makes it another question. */
export async function judgeParts(
  story: Story,
  parts: BundleParts,
  more: Partial<BundleCase> = {},
): Promise<VerdictReport> {
  const bundle = parseBundle(Buffer.from(writeBundle(parts)));
  const certificates = (await Promise.all(bundle.certificates.map((each) => readCertificates(each)))).flat();
  const { trust, now } = story.world;
  return await judgeBundle({ bundle, certificates, trust, delivered: [], now, ...more });
}

/** A line with its signed part changed, and the signatures left as they were. */
export function altered(line: string, change: (signed: Map<string, unknown>) => void): string {
  const { signed } = parseEnvelope(line);
  const object = JSON.parse(line) as { signatures: unknown; signed: unknown };
  const copy = new Map<string, unknown>(Object.entries(object.signed as object));
  if (signed.size !== copy.size) throw new Error('a field was lost');
  change(copy);
  return JSON.stringify({ signatures: object.signatures, signed: Object.fromEntries([...copy].sort()) });
}
