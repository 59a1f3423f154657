import { KEY_OCTETS, SIGNATURE_OCTETS } from './ed25519.ts';

/** One signature, and all that is hashed for it. */
export interface SignedOctets {
  readonly key: Buffer;
  readonly signature: Buffer;
  readonly signed: Buffer;
}

const HEAD_OCTETS = KEY_OCTETS + SIGNATURE_OCTETS + 4;

/** Key, signature, length of what is signed, what is signed: octets in a row are handed to a thread without a copy. */
export class BatchWriter {
  #parts: Uint8Array[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(key: Uint8Array, signature: Uint8Array, signed: readonly Uint8Array[]): void {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(signed.reduce((sum, part) => sum + part.length, 0));
    this.#parts.push(key, signature, length, ...signed);
    this.#count += 1;
  }

  /** All that was added since the last time, in memory of its own. */
  take(): Uint8Array<ArrayBuffer> {
    const batch = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      batch.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#count = 0;
    return batch;
  }
}

export function* readBatch(batch: Uint8Array): Generator<SignedOctets> {
  const octets = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < octets.length; ) {
    const key = octets.subarray(at, at + KEY_OCTETS);
    const signature = octets.subarray(at + KEY_OCTETS, at + KEY_OCTETS + SIGNATURE_OCTETS);
    const begin = at + HEAD_OCTETS;
    at = begin + octets.readUInt32BE(begin - 4);
    yield { key, signature, signed: octets.subarray(begin, at) };
  }
}
