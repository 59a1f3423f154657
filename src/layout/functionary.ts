import type { PublicKey } from '../intoto/key.ts';

/** Somebody whom a layout authorises. */
export interface Functionary {
  /** Primary key, upper hex. */
  readonly fingerprint: string;
  /** What a layout lists for their certificate: `layoutKeys` of `openpgp/certificate.ts`. */
  readonly keys: readonly PublicKey[];
}

export function keyidsOf(functionaries: readonly Functionary[] = []): readonly string[] {
  return [...new Set(functionaries.flatMap(({ keys }) => keys.map(({ keyid }) => keyid)))];
}
