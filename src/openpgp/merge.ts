import { readKeyMaterial } from './key-material.ts';
import type { Packet } from './packet.ts';
import { protectionOf } from './secret-key.ts';
import type { Component, TransferableKey } from './transferable-key.ts';

/**
 * Two versions of one key become one that says all that either says: nothing is judged here and nothing dropped, so
 * that an older copy without its revocation cannot hide it. Of a key that both hold, the newer secret half stays
 * unless it is a stub. The primary keys must be the same.
 */
export function mergeKeys(older: TransferableKey, newer: TransferableKey): TransferableKey {
  return {
    primary: mergeComponent(older.primary, newer.primary),
    users: mergeComponents(older.users, newer.users),
    subkeys: mergeComponents(older.subkeys, newer.subkeys),
  };
}

function mergeComponents(older: readonly Component[], newer: readonly Component[]): readonly Component[] {
  const merged = new Map<string, Component>();
  for (const component of [...older, ...newer]) {
    const name = nameOf(component.packet);
    const known = merged.get(name);
    merged.set(name, known === undefined ? component : mergeComponent(known, component));
  }
  return [...merged.values()];
}

function mergeComponent(older: Component, newer: Component): Component {
  const signatures = new Map(
    [...older.signatures, ...newer.signatures].map((one) => [one.body.toString('hex'), one]),
  );
  const packet = protectionOf(newer.packet) === 'absent' ? older.packet : newer.packet;
  return { packet, signatures: [...signatures.values()] };
}

/** Public and secret packets of one key have one name; anything else is named by its content. */
function nameOf({ tag, body }: Packet): string {
  return isKeyPacket(tag)
    ? (readKeyMaterial(body)?.fingerprint ?? body.toString('hex'))
    : body.toString('hex');
}

function isKeyPacket(tag: number): boolean {
  return tag === 5 || tag === 6 || tag === 7 || tag === 14;
}
