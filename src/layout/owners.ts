import { FormatError } from '../intoto/format-error.ts';
import type { Json, JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import { type PublicKey, publicKeyFromJson } from '../intoto/key.ts';
import { expectInteger, expectLiteral, expectObject, expectString, isHex, refuse } from '../intoto/shape.ts';

const OWNERS_TYPE = 'owners';

const FILE = /^([1-9][0-9]{0,5})\.json$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** One version of who owns a repository (`product.md` §3, "rotation"; `formats.md` §5). */
export interface Owners {
  /** From 1. */
  readonly version: number;
  /** SHA-256 of the canonical signed part of the version before; null in the first. */
  readonly previous: string | null;
  /** How many of them have to sign a layout. */
  readonly threshold: number;
  /** Upper-hex primary fingerprint → key. */
  readonly keys: ReadonlyMap<string, PublicKey>;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** The version that a file below `.mlchain/owners` is about; undefined for any other file. */
export function ownersVersionOf(name: string): number | undefined {
  const [, version] = FILE.exec(name) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** @throws FormatError. @param signed the signed part of an envelope whose `_type` is `owners` */
export function ownersFromJson(signed: Json): Owners {
  const object = expectObject(signed, 'owners');
  expectLiteral(object.get('_type'), 'owners._type', OWNERS_TYPE);
  const version = expectInteger(object.get('version'), 'owners.version', 1);
  const keys = keysFromJson(object.get('keys'));
  const threshold = expectInteger(object.get('threshold'), 'owners.threshold', 1);
  if (threshold > keys.size) {
    throw new FormatError(
      `owners.threshold: expected at most ${keys.size}, the number of keys, found ${threshold}`,
    );
  }
  const previous = object.get('previous');
  if (version === 1 ? previous !== null : !isDigest(previous)) {
    refuse(
      'owners.previous',
      version === 1 ? 'null in version 1' : 'the SHA-256 of the version before',
      previous,
    );
  }
  return {
    version,
    previous: isDigest(previous) ? previous : null,
    threshold,
    keys,
    expires: timeOf(object.get('expires')),
  };
}

export function ownersToJson({ version, previous, threshold, keys, expires }: Owners): JsonObject {
  return jsonObject([
    ['_type', OWNERS_TYPE],
    ['version', version],
    ['previous', previous],
    ['threshold', threshold],
    ['keys', jsonObject([...keys].map(([fingerprint, key]) => [fingerprint, key.json] as const))],
    ['expires', `${new Date(expires).toISOString().slice(0, 19)}Z`],
  ]);
}

/** The key under a fingerprint has to be the one with that fingerprint, or two people would read two owners there. */
function keysFromJson(json: Json | undefined): ReadonlyMap<string, PublicKey> {
  const keys = new Map<string, PublicKey>();
  for (const [fingerprint, value] of expectObject(json, 'owners.keys')) {
    const key = publicKeyFromJson(value, `owners.keys.${fingerprint}`);
    if (key.keyid.toUpperCase() !== fingerprint) {
      throw new FormatError(
        `owners.keys.${fingerprint}: expected the key with that fingerprint, found ${key.keyid}`,
      );
    }
    keys.set(fingerprint, key);
  }
  return keys;
}

function isDigest(json: Json | undefined): json is string {
  return isHex(json) && json.length === 64 && json === json.toLowerCase();
}

function timeOf(json: Json | undefined): number {
  const text = expectString(json, 'owners.expires');
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? refuse('owners.expires', 'YYYY-MM-DDTHH:MM:SSZ', json) : time;
}
