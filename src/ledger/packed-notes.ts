/** Where a note lies: whose it is, and its blob. */
export interface NoteAddress {
  readonly signer: string;
  readonly blob: string;
}

/** By annotated object. */
export type NoteAddresses = ReadonlyMap<string, readonly NoteAddress[]>;

const SIGNER_OCTETS = 4;
const FIRST_ROOM = 1024;

/** Where notes lie, in some 44 octets each beside the JavaScript heap, where it would be 300: a long history has many. */
export class PackedNotes {
  readonly #idOctets: number;
  readonly #signers: string[];
  #octets: Buffer;
  #end = 0;

  private constructor(idOctets: number, signers: string[], octets: Buffer) {
    this.#idOctets = idOctets;
    this.#signers = signers;
    this.#octets = octets;
  }

  /** @param idOctets of an object id in this repository */
  static empty(idOctets: number): PackedNotes {
    return new PackedNotes(idOctets, [], Buffer.alloc(0));
  }

  get count(): number {
    return this.#end / this.#size;
  }

  /** `object` and `blob` in lower hex. */
  add(object: string, { signer, blob }: NoteAddress): void {
    const at = this.#grow();
    this.#octets.write(object, at, 'hex');
    this.#octets.write(blob, at + this.#idOctets, 'hex');
    this.#octets.writeUInt32BE(this.#numberOf(signer), at + 2 * this.#idOctets);
  }

  /** In as many parts: each note goes where `partOf` says, by the object that it is on. */
  split(parts: number, partOf: (object: string) => number): readonly PackedNotes[] {
    const split = Array.from(
      { length: parts },
      () => new PackedNotes(this.#idOctets, this.#signers, Buffer.alloc(0)),
    );
    for (let at = 0; at < this.#end; at += this.#size) {
      const part = split[partOf(this.#octets.toString('hex', at, at + this.#idOctets))];
      if (part === undefined) throw new Error('expected the number of a part, found none');
      const to = part.#grow();
      this.#octets.copy(part.#octets, to, at, at + this.#size);
    }
    return split;
  }

  unpack(): NoteAddresses {
    const addresses = new Map<string, NoteAddress[]>();
    const ids = this.#idOctets;
    for (let at = 0; at < this.#end; at += this.#size) {
      const object = this.#octets.toString('hex', at, at + ids);
      const blob = this.#octets.toString('hex', at + ids, at + 2 * ids);
      const signer = this.#signers[this.#octets.readUInt32BE(at + 2 * ids)] ?? '';
      const known = addresses.get(object);
      if (known === undefined) addresses.set(object, [{ signer, blob }]);
      // What a remote has is mostly what this clone has: the same blob is read once.
      else if (!known.some((each) => each.blob === blob && each.signer === signer))
        known.push({ signer, blob });
    }
    return addresses;
  }

  get #size(): number {
    return 2 * this.#idOctets + SIGNER_OCTETS;
  }

  /** Room for one more; where it begins. */
  #grow(): number {
    const at = this.#end;
    this.#end += this.#size;
    if (this.#end > this.#octets.length) {
      const larger = Buffer.alloc(Math.max(FIRST_ROOM, 2 * this.#octets.length));
      this.#octets.copy(larger);
      this.#octets = larger;
    }
    return at;
  }

  /** There are few signers, and notes come signer by signer. */
  #numberOf(signer: string): number {
    const known = this.#signers.lastIndexOf(signer);
    return known >= 0 ? known : this.#signers.push(signer) - 1;
  }
}
