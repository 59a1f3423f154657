import type { NoteAddress, NoteAddresses } from './read-notes.ts';

const SIGNER_OCTETS = 4;

/** Where notes lie, in some 44 octets each beside the JavaScript heap, where it would be 300: a long history has many. */
export class PackedNotes {
  readonly #octets: Buffer;
  readonly #idOctets: number;
  readonly #signers: readonly string[];

  private constructor(octets: Buffer, idOctets: number, signers: readonly string[]) {
    this.#octets = octets;
    this.#idOctets = idOctets;
    this.#signers = signers;
  }

  static of(addresses: NoteAddresses): PackedNotes {
    const signers = new Map<string, number>();
    const [first = ''] = addresses.keys();
    const ids = first.length / 2;
    let count = 0;
    for (const notes of addresses.values()) count += notes.length;
    const octets = Buffer.alloc(count * (2 * ids + SIGNER_OCTETS));
    let at = 0;
    for (const [object, notes] of addresses) {
      for (const { signer, blob } of notes) {
        const number = signers.get(signer) ?? signers.size;
        signers.set(signer, number);
        octets.write(object, at, 'hex');
        octets.write(blob, at + ids, 'hex');
        at = octets.writeUInt32BE(number, at + 2 * ids);
      }
    }
    return new PackedNotes(octets, ids, [...signers.keys()]);
  }

  unpack(): NoteAddresses {
    const addresses = new Map<string, NoteAddress[]>();
    const ids = this.#idOctets;
    for (let at = 0; at < this.#octets.length; at += 2 * ids + SIGNER_OCTETS) {
      const object = this.#octets.toString('hex', at, at + ids);
      const blob = this.#octets.toString('hex', at + ids, at + 2 * ids);
      const signer = this.#signers[this.#octets.readUInt32BE(at + 2 * ids)] ?? '';
      const known = addresses.get(object);
      if (known === undefined) addresses.set(object, [{ signer, blob }]);
      else known.push({ signer, blob });
    }
    return addresses;
  }
}
