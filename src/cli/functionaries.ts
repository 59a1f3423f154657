import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import type { Functionary } from '../layout/functionary.ts';
import type { Certificate, KeyFacts } from '../openpgp/certificate.ts';
import { layoutKeys } from '../openpgp/certificate.ts';
import { nameOf } from '../openpgp/store.ts';
import { escapeText } from '../report/escape.ts';
import type { Args } from './args.ts';
import { findCertificate } from './certificate-files.ts';
import type { Context } from './context.ts';

/** What `--functionary` named: who may sign what, and their certificates, to be kept beside the layout. */
export interface NamedFunctionaries {
  /** Step → people. */
  readonly byStep: ReadonlyMap<string, readonly Functionary[]>;
  readonly certificates: readonly Certificate[];
}

/** `--functionary STEP=KEY`, or `KEY` for all `steps`; KEY is a fingerprint or a certificate file. */
export async function readFunctionaries(
  repo: Repository,
  context: Context,
  args: Args,
  steps: readonly string[],
): Promise<NamedFunctionaries> {
  const byStep = new Map<string, Functionary[]>();
  const certificates = new Map<string, Certificate>();
  for (const [name, value] of args.pairs('functionary')) {
    const certificate = await findCertificate(repo, context, value ?? name);
    const functionary = functionaryOf(certificate, context.now());
    certificates.set(certificate.fingerprint, certificate);
    for (const step of value === undefined ? steps : [name]) {
      byStep.set(step, [...(byStep.get(step) ?? []), functionary]);
    }
  }
  return { byStep, certificates: [...certificates.values()] };
}

/** Whoever cannot sign now would be in the layout for nothing. */
function functionaryOf(certificate: Certificate, now: number): Functionary {
  const reasons = [...certificate.keys.values()].map((facts) => objection(facts, now));
  if (reasons.includes(undefined))
    return { fingerprint: certificate.fingerprint, keys: layoutKeys(certificate) };
  throw new MlchainError('input', `the certificate of ${nameOf(certificate)} has no key that may sign`, {
    hint: reasons.join('\n'),
  });
}

function objection(
  { keyid, maySign, whyNot, weak, revocation, expires }: KeyFacts,
  now: number,
): string | undefined {
  if (!maySign) return `${keyid}: ${whyNot}`;
  if (weak !== undefined) return `${keyid}: ${weak}`;
  if (revocation !== undefined) return `${keyid}: revoked (${escapeText(revocation.reason)})`;
  return expires !== undefined && expires * 1000 <= now ? `${keyid}: expired` : undefined;
}

/** What in-toto could not check, or only in a roundabout way, said while the layout can still be changed. */
export function interoperabilityNotes(certificates: readonly Certificate[]): readonly string[] {
  return certificates.flatMap((certificate) => {
    const keys = layoutKeys(certificate);
    const isEcdsa = keys.some(({ type, subkeys }) => {
      return type === 'ecdsa' || [...subkeys.values()].some((subkey) => subkey.type === 'ecdsa');
    });
    return [
      ...(isEcdsa ? [`${nameOf(certificate)} has an ECDSA key, whose signatures in-toto cannot check`] : []),
      ...(keys.length > 1
        ? [`${nameOf(certificate)} mixes algorithms: its subkeys are listed apart, for in-toto`]
        : []),
    ];
  });
}

/** `--threshold STEP=N`. */
export function readThresholds(args: Args): ReadonlyMap<string, number> {
  return new Map(
    args.pairs('threshold').map(([step, number = '']) => {
      if (/^[1-9]\d{0,3}$/.test(number)) return [step, Number(number)];
      const found = number === '' ? step : `${step}=${number}`;
      throw new MlchainError('usage', `--threshold: expected STEP=N with N from 1 up, found '${found}'`);
    }),
  );
}
