import { KeyError } from './key-error.ts';
import { loadOpenPgp } from './library.ts';
import type { Packet } from './packet.ts';
import { Tag } from './packet.ts';
import { protectionOf } from './secret-key.ts';

/**
 * Takes the passphrase off a secret key packet. Undefined when it is the wrong one; a packet that has none stays as
 * it is.
 */
export async function openPacket(packet: Packet, passphrase: string): Promise<Packet | undefined> {
  if (protectionOf(packet) !== 'locked') return packet;
  const { SecretKeyPacket, SecretSubkeyPacket } = await loadOpenPgp();
  // The packet's type is under the seal of authenticated protection (RFC 9580 §3.7.2.1).
  const secret = packet.tag === Tag.secretKey ? new SecretKeyPacket() : new SecretSubkeyPacket();
  try {
    await secret.read(packet.body);
    await secret.decrypt(passphrase);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (why.startsWith('Incorrect key passphrase')) return undefined;
    throw new KeyError('unusable', `the secret key cannot be opened: ${why}`, { cause });
  }
  return { tag: packet.tag, body: Buffer.from(secret.write()) };
}
