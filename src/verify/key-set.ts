import { hash } from 'node:crypto';

const BYTES = 6;

/**
 * A set of names of which only "certainly not in it" is ever relied on: six octets of each one's hash, side by side in
 * order, so that those of a hundred thousand links are read, asked and added to in a few milliseconds.
 */
export class KeySet {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  static of(names: Iterable<string>): KeySet {
    const hashes = new Set(Array.from(names, shortHash));
    const sorted = Float64Array.from(hashes).sort();
    const bytes = Buffer.alloc(sorted.length * BYTES);
    for (const [at, hash] of sorted.entries()) bytes.writeUIntBE(hash, at * BYTES, BYTES);
    return new KeySet(bytes);
  }

  /** @param text as `toText` wrote it */
  static fromText(text: string): KeySet {
    return new KeySet(Buffer.from(text, 'base64'));
  }

  toText(): string {
    return this.#bytes.toString('base64');
  }

  has(name: string): boolean {
    const hash = shortHash(name);
    return this.#at(this.#place(hash)) === hash;
  }

  /** This set and more names: the work is theirs, and one copy. */
  with(names: Iterable<string>): KeySet {
    const added = KeySet.of(names);
    const parts: Buffer[] = [];
    let copied = 0;
    for (let at = 0; at < added.#size; at += 1) {
      const hash = added.#at(at) ?? 0;
      const place = this.#place(hash);
      if (this.#at(place) === hash) continue;
      parts.push(this.#bytes.subarray(copied, place * BYTES));
      parts.push(added.#bytes.subarray(at * BYTES, (at + 1) * BYTES));
      copied = place * BYTES;
    }
    return parts.length === 0 ? this : new KeySet(Buffer.concat([...parts, this.#bytes.subarray(copied)]));
  }

  get #size(): number {
    return Math.floor(this.#bytes.length / BYTES);
  }

  #at(place: number): number | undefined {
    return place < this.#size ? this.#bytes.readUIntBE(place * BYTES, BYTES) : undefined;
  }

  /** Of the first that is not smaller. */
  #place(hash: number): number {
    let low = 0;
    for (let high = this.#size; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#at(middle) ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function shortHash(name: string): number {
  return hash('sha256', name, 'buffer').readUIntBE(0, BYTES);
}
