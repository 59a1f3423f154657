import type { CertificateSignature } from '../../src/openpgp/certificate-signature.ts';
import { loadOpenPgp } from '../../src/openpgp/library.ts';

/** What is said of one signature in a certificate: the same question is put to this tool and to OpenPGP.js. */
export type Said = 'malformed' | 'passed over' | Words;

export interface Words {
  readonly holds: boolean;
  readonly type: number;
  readonly hashAlgorithm: number;
  readonly issuer: string;
  readonly created: number;
  readonly expiresAfter: number | undefined;
  readonly keyExpiresAfter: number | undefined;
  readonly keyFlags: string | undefined;
  readonly isPrimaryUserId: boolean;
  readonly reason: string | undefined;
}

export function wordsOf(signature: CertificateSignature, holds: boolean): Words {
  const { type, hashAlgorithm, issuer, created, expiresAfter, keyExpiresAfter, isPrimaryUserId } = signature;
  const { keyFlags, revocationReason: reason } = signature;
  return {
    ...{ holds, type, hashAlgorithm, issuer, created, expiresAfter, keyExpiresAfter, isPrimaryUserId },
    keyFlags: keyFlags?.toString('hex'),
    reason: reason && `${reason.code} ${reason.text}`,
  };
}

/** Bodies of packets: what a signature is over. */
export interface SignedBodies {
  readonly key: Uint8Array;
  readonly bind?: Uint8Array;
  readonly userId?: Uint8Array;
}

/** OpenPGP.js's answer, about the moment the signature says it was made, whatever it was made over. */
export async function askOpenPgpJs(
  body: Uint8Array,
  signer: Uint8Array,
  signed: SignedBodies,
): Promise<Said> {
  const library = await loadOpenPgp();
  const packet = new library.SignaturePacket();
  try {
    packet.read(body);
  } catch (error) {
    return error instanceof Error && error.name === 'UnsupportedError' ? 'passed over' : 'malformed';
  }
  const read = async (key: Uint8Array) => {
    const known = new library.PublicKeyPacket();
    await known.read(key);
    return known;
  };
  const nothing = { rejectHashAlgorithms: new Set<never>(), rejectMessageHashAlgorithms: new Set<never>() };
  const parts = {
    key: await read(signed.key),
    ...(signed.bind && { bind: await read(signed.bind) }),
    ...(signed.userId && { userID: { write: () => signed.userId } }),
  };
  const { signatureType, created } = packet;
  if (signatureType === null || created === null) throw new Error('expected a type and a time');
  const config = { ...library.config, ...nothing };
  const holds = await packet.verify(await read(signer), signatureType, parts, created, true, config).then(
    () => true,
    () => false,
  );
  const { keyFlags, reasonForRevocationFlag: code, reasonForRevocationString: text } = packet;
  return {
    holds,
    type: signatureType,
    hashAlgorithm: packet.hashAlgorithm ?? -1,
    issuer: packet.issuerKeyID.toHex(),
    created: created.getTime() / 1000,
    expiresAfter: packet.signatureExpirationTime || undefined,
    keyExpiresAfter: packet.keyExpirationTime || undefined,
    keyFlags: keyFlags === null ? undefined : Buffer.from(keyFlags).toString('hex'),
    isPrimaryUserId: packet.isPrimaryUserID === true,
    reason: code === null ? undefined : `${code ?? 0} ${text}`,
  };
}
