import type { Envelope } from '../intoto/envelope.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { checkSignature, findKey } from '../openpgp/check.ts';

export interface OwnSignature {
  /** Of the signing (sub)key, lower hex. */
  readonly keyid: string;
  /** Seconds. */
  readonly created: number;
}

/**
 * The good signatures under an envelope by keys of this certificate. Whoever can push can put a line in somebody's
 * words into their notes; without a good signature it says nothing.
 */
export function signaturesBy(
  { publicKey }: Certificate,
  { signatures, signedBytes }: Envelope,
): readonly OwnSignature[] {
  const keys = new Map([[publicKey.keyid, publicKey]]);
  return signatures.flatMap((signature) => {
    const found = findKey(keys, signature.keyid);
    const check = found && checkSignature(found.key, signature, signedBytes);
    return check?.good === true ? [{ keyid: signature.keyid, created: check.created }] : [];
  });
}
