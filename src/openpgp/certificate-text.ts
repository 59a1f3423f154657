import { parseJson, stringify } from '../intoto/json.ts';
import { publicKeyFromJson } from '../intoto/key.ts';
import type { Certificate, KeyFacts } from './certificate.ts';

/** Goes up whenever a certificate may be judged differently than before, so that remembered judgements are not used. */
const POLICY = 2;

interface Remembered {
  readonly policy: number;
  readonly fingerprint: string;
  readonly userIds: readonly string[];
  readonly publicKey: string;
  readonly keys: readonly KeyFacts[];
  readonly armored: string;
}

/**
 * A judged certificate as text, so that its signatures need not be checked again in every process.
 * Keep it only where nobody else can write, under the digest of what it was read from.
 */
export function certificateToText(certificate: Certificate): string {
  const { fingerprint, userIds, publicKey, keys, armored } = certificate;
  const remembered: Remembered = {
    policy: POLICY,
    fingerprint,
    userIds,
    publicKey: stringify(publicKey.json, 0),
    keys: [...keys.values()],
    armored,
  };
  return JSON.stringify(remembered);
}

/** Undefined where it was judged by an older policy and has to be judged again. */
export function certificateFromText(text: string): Certificate | undefined {
  const remembered = JSON.parse(text) as Remembered;
  if (remembered.policy !== POLICY) return undefined;
  const { fingerprint, userIds, publicKey, keys, armored } = remembered;
  return {
    fingerprint,
    userIds,
    publicKey: publicKeyFromJson(parseJson(publicKey)),
    keys: new Map(keys.map((facts) => [facts.keyid, restoreFacts(facts)])),
    armored,
  };
}

/** JSON leaves out what is undefined; the facts have each field. */
function restoreFacts(facts: Partial<KeyFacts> & Omit<KeyFacts, Absent>): KeyFacts {
  return { whyNot: undefined, expires: undefined, revocation: undefined, weak: undefined, ...facts };
}

type Absent = 'whyNot' | 'expires' | 'revocation' | 'weak';
