import { createHash } from 'node:crypto';
import type { Curve } from './algorithm.ts';
import { Algorithm, curveOf } from './algorithm.ts';
import { Octets } from './octets.ts';

/** The public half of a version 4 key packet, RFC 4880 §5.5.2 and RFC 6637 §9. */
export interface KeyMaterial {
  /** Lower hex, 40 digits: in-toto's keyid. RFC 4880 §12.2. */
  readonly fingerprint: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly algorithm: number;
  /** The algorithm's numbers by RFC 4880's letters, without leading zero bits; points as encoded there. */
  readonly values: ReadonlyMap<string, Buffer>;
  /** Of EdDSA and ECDSA; undefined for a curve this tool does not know. */
  readonly curve: Curve | undefined;
  /** Octets of the packet body that are public; in a secret key packet the secret half follows. */
  readonly publicLength: number;
}

const FIELDS: ReadonlyMap<number, readonly string[]> = new Map([
  [Algorithm.rsa, ['n', 'e']],
  [Algorithm.rsaEncryptOnly, ['n', 'e']],
  [Algorithm.rsaSignOnly, ['n', 'e']],
  [Algorithm.elgamal, ['p', 'g', 'y']],
  [Algorithm.dsa, ['p', 'q', 'g', 'y']],
  [Algorithm.ecdh, ['oid', 'q', 'kdf']],
  [Algorithm.ecdsa, ['oid', 'q']],
  [Algorithm.eddsa, ['oid', 'q']],
]);

/**
 * Reads the body of a public or secret (sub)key packet. Undefined where the version or the algorithm is unknown here,
 * so that its length cannot be told; a body that ends too early is an error.
 */
export function readKeyMaterial(body: Uint8Array): KeyMaterial | undefined {
  const octets = new Octets(body);
  if (octets.octet() !== 4) return undefined;
  const created = octets.uint32();
  const algorithm = octets.octet();
  const fields = FIELDS.get(algorithm);
  if (fields === undefined) return undefined;
  const values = new Map(fields.map((name) => [name, readField(octets, name)]));
  return {
    fingerprint: fingerprintOf(octets.since(0)),
    created,
    algorithm,
    values,
    curve: curveOf(values.get('oid') ?? Buffer.alloc(0)),
    publicLength: octets.position,
  };
}

/** Object identifier and key-derivation parameters have a length octet (RFC 6637 §9), all else is a big number. */
function readField(octets: Octets, name: string): Buffer {
  return name === 'oid' || name === 'kdf' ? octets.take(octets.octet()) : octets.mpi();
}

/** The body of a key packet in its one form. */
export function writeKeyMaterial({ created, algorithm, values }: KeyMaterial): Buffer {
  const head = Buffer.of(4, 0, 0, 0, 0, algorithm);
  head.writeUInt32BE(created, 1);
  const fields = [...values].map(([name, value]) =>
    name === 'oid' || name === 'kdf' ? Buffer.concat([Buffer.of(value.length), value]) : mpi(value),
  );
  return Buffer.concat([head, ...fields]);
}

/** RFC 4880 §3.2: its length in bits, then no zeros in front. */
function mpi(number: Buffer): Buffer {
  const bits = bitLength(number);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bits);
  return Buffer.concat([length, number.subarray(number.length - Math.ceil(bits / 8))]);
}

function fingerprintOf(publicBody: Buffer): string {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(publicBody.length);
  return createHash('sha1').update(Buffer.of(0x99)).update(length).update(publicBody).digest('hex');
}

/** Bits of a big-endian number. */
export function bitLength(number: Buffer | undefined): number {
  const first = number?.findIndex((octet) => octet !== 0) ?? -1;
  if (number === undefined || first < 0) return 0;
  return (number.length - first - 1) * 8 + (32 - Math.clz32(number[first] ?? 0));
}
