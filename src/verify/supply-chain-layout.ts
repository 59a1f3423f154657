import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { PublicKey } from '../intoto/key.ts';
import { type Layout, LayoutError, layoutFromJson } from '../intoto/layout.ts';
import type { Finding } from './finding.ts';
import { substituteParameters } from './supply-chain-parameters.ts';
import { type ChainClock, judgeHolder } from './supply-chain-signature.ts';

export interface LayoutQuestion {
  readonly envelope: Envelope;
  readonly owners: readonly PublicKey[];
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
  const judged = owners.map((owner) => ({ owner, result: judgeHolder(envelope, owner, clock) }));
  const signers = judged.flatMap(({ result }) => ('person' in result ? [result.person.fingerprint] : []));
  const found = new Set(signers).size;
  if (ownerThreshold >= 1 && found >= ownerThreshold) return [];
  const findings = judged.flatMap(({ owner, result }): Finding[] => {
    if ('person' in result) return [];
    const signer = clock.keys.person(owner.keyid.toUpperCase());
    return [{ code: result.code, severity: 'warning', signer, detail: result.detail }];
  });
  const isBad = findings.some(({ code }) => code === 'bad-signature');
  const code = isBad ? 'layout-bad-signature' : 'layout-untrusted';
  return [{ code, severity: 'violation', expected: `${ownerThreshold}`, found: `${found}` }, ...findings];
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
