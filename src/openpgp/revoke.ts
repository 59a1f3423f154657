import { writeArmor } from './armor.ts';
import { loadOpenPgp } from './library.ts';
import { mergeKeys } from './merge.ts';
import { openOwnPacket } from './own-signer.ts';
import { Tag } from './packet.ts';
import type { PassphraseSource } from './passphrase.ts';
import type { OwnKey } from './store.ts';
import { withoutSecrets, writeTransferableKey } from './transferable-key.ts';

/** RFC 4880 §5.2.3.23. Compromised voids all that was ever signed; the other two only what comes after. */
export type RevocationReason = 'compromised' | 'superseded' | 'retired';

/**
 * The certificate of an own key with a revocation of the whole key on it, armored: to be imported into the store and
 * handed to everybody who has the certificate.
 * @throws KeyError `locked`, or `unusable` where the primary key's secret part is not here
 */
export async function makeRevocation(
  key: OwnKey,
  reason: RevocationReason,
  source: PassphraseSource,
): Promise<string> {
  const library = await loadOpenPgp();
  const { keyCompromised, keySuperseded, keyRetired } = library.enums.reasonForRevocation;
  const flag = { compromised: keyCompromised, superseded: keySuperseded, retired: keyRetired }[reason];
  const packet = await openOwnPacket(key, key.certificate.publicKey.keyid, source);
  const open = { ...key.secret, primary: { ...key.secret.primary, packet }, subkeys: [] };
  const { publicKey } = await library.revokeKey({
    key: await library.readPrivateKey({ binaryKey: writeTransferableKey(open) }),
    reasonForRevocation: { flag },
    format: 'object',
  });
  const revocations = publicKey.revocationSignatures.map((one) => ({
    tag: Tag.signature,
    body: Buffer.from(one.write()),
  }));
  const certificate = withoutSecrets(key.secret);
  const revoked = { ...certificate, primary: { ...certificate.primary, signatures: revocations } };
  return writeArmor('PUBLIC KEY BLOCK', writeTransferableKey(mergeKeys(revoked, certificate)));
}
