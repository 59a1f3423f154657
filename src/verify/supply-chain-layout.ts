import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Layout, LayoutError, layoutFromJson } from '../intoto/layout.ts';
import { sslibIdentity } from '../intoto/sslib-check.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import type { Finding } from './finding.ts';
import { substituteParameters } from './supply-chain-parameters.ts';
import { type ChainClock, judgeHolder } from './supply-chain-signature.ts';

export interface LayoutQuestion {
  readonly envelope: Envelope;
  readonly owners: readonly VerificationKey[];
  readonly ownerThreshold: number;
  readonly parameters: ReadonlyMap<string, string> | undefined;
}

/** Who signed, what it says, whether it is still in force. Without `layout` there is nothing to go on with. */
export interface JudgedLayout {
  readonly layout: Layout | undefined;
  readonly findings: readonly Finding[];
}

/** Signatures first: nothing that a stranger wrote is read any further. */
export function judgeChainLayout(question: LayoutQuestion, clock: ChainClock): JudgedLayout {
  const signatures = judgeOwners(question, clock);
  if (signatures.length > 0) return { layout: undefined, findings: signatures };
  const { layout, findings } = readLayout(question);
  if (layout === undefined || layout.expires > clock.now * 1000) return { layout, findings };
  const found = new Date(layout.expires).toISOString().replace('.000Z', 'Z');
  return { layout, findings: [{ code: 'layout-expired', severity: 'violation', found }] };
}

/** Findings only where fewer than the threshold of owners signed. */
function judgeOwners({ envelope, owners, ownerThreshold }: LayoutQuestion, clock: ChainClock): Finding[] {
  const judged = distinctOwners(owners).map((keys) => judgeOwner(envelope, keys, clock));
  const refusals = judged.filter((finding) => finding !== undefined);
  const found = judged.length - refusals.length;
  if (ownerThreshold >= 1 && found >= ownerThreshold) return [];
  const isBad = refusals.some(({ code }) => code === 'bad-signature');
  const code = isBad ? 'layout-bad-signature' : 'layout-untrusted';
  return [{ code, severity: 'violation', expected: `${ownerThreshold}`, found: `${found}` }, ...refusals];
}

/** One key of in-toto's own is given under every key id that it may have, and is one owner. */
function distinctOwners(owners: readonly VerificationKey[]): readonly (readonly VerificationKey[])[] {
  const distinct = new Map<string, VerificationKey[]>();
  for (const owner of owners) {
    const identity = owner.kind === 'sslib' ? sslibIdentity(owner) : owner.keyid;
    distinct.set(identity, [...(distinct.get(identity) ?? []), owner]);
  }
  return [...distinct.values()];
}

/** Undefined where the owner signed; else why the signature does not count. */
function judgeOwner(
  envelope: Envelope,
  keys: readonly VerificationKey[],
  clock: ChainClock,
): Finding | undefined {
  let refusal: Finding | undefined;
  for (const key of keys) {
    const result = judgeHolder(envelope, key, clock);
    if ('person' in result) return undefined;
    if (refusal !== undefined && result.code === 'unauthorised') continue;
    const signer = clock.keys.person(key.keyid.toUpperCase());
    refusal = { code: result.code, severity: 'warning', signer, detail: result.detail };
  }
  return refusal;
}

function readLayout({ envelope, parameters }: LayoutQuestion): JudgedLayout {
  try {
    const layout = layoutFromJson(envelope.signed);
    if (parameters === undefined) return { layout, findings: [] };
    return { layout: layoutFromJson(substituteParameters(envelope.signed, parameters)), findings: [] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const details =
      error instanceof LayoutError ? error.problems.map(({ message }) => message) : [error.message];
    return {
      layout: undefined,
      findings: details.map((detail) => ({ code: 'layout-invalid', severity: 'violation', detail })),
    };
  }
}
