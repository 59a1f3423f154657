import { malformed } from './malformed.ts';

/** Reads octets from front to back; whatever ends too early is malformed, never padded or guessed. */
export class Octets {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  get position(): number {
    return this.#at;
  }

  get left(): number {
    return this.#data.length - this.#at;
  }

  take(length: number): Buffer {
    if (length > this.left) throw malformed(`${length} more octets`, `${this.left}`);
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  /** The octets already read from `start` up to here. */
  since(start: number): Buffer {
    return this.#data.subarray(start, this.#at);
  }

  octet(): number {
    return this.take(1).readUInt8();
  }

  uint16(): number {
    return this.take(2).readUInt16BE();
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  /** A multiprecision integer without its two-octet bit count, big-endian. RFC 4880 §3.2. */
  mpi(): Buffer {
    const bits = this.uint16();
    return this.take(Math.ceil(bits / 8));
  }
}
