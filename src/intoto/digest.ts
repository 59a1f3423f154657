import { createHash, hash } from 'node:crypto';
import { sortByCodePoint } from './code-point-order.ts';
import { DigestList } from './digest-list.ts';
import { FormatError } from './format-error.ts';
import { hasLoneSurrogate, isJsonObject, type Json, type JsonObject } from './json-value.ts';
import { expectObject, isHex, refuse } from './shape.ts';

/** Algorithm → hex digest, as a link writes it. Compared whole and as text (in-toto specification §4.3.3). */
export type DigestSet = ReadonlyMap<string, string>;
/** Artifact name → digests. */
export type Artifacts = ReadonlyMap<string, DigestSet>;

export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data);
}

/**
 * Whether two sets say the same: the same algorithms and the same text for each. `sha256` does not equal
 * `sha256` + `sha512`: otherwise an artifact could be exchanged behind the weaker of two digests.
 */
export function sameDigests(a: DigestSet, b: DigestSet): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [algorithm, digest] of a) {
    if (b.get(algorithm) !== digest) return false;
  }
  return true;
}

/** An artifact that only one of two lists has, or both with different digests; undefined where they agree. */
export function differingArtifact(a: Artifacts, b: Artifacts): string | undefined {
  if (a === b) return undefined;
  for (const [name, digests] of a) {
    const others = b.get(name);
    if (others === undefined || !sameDigests(digests, others)) return name;
  }
  for (const name of b.keys()) {
    if (!a.has(name)) return name;
  }
  return undefined;
}

export function sha256Of(set: DigestSet): string | undefined {
  return set.get('sha256');
}

/**
 * The digest of a directory (in-toto 3 `dir:`, Go's dirhash h1 before base64): SHA-256 over one line
 * `<sha256 hex>  <path>\n` a file, by the bytes of the path. A line feed in a path is refused, as Go does: one file
 * named like two lines would have the digest of two files.
 * @param files path below the directory, `/`-separated, and the SHA-256 of its content in hex.
 */
export function dirDigest(files: Iterable<readonly [string, string]>): string {
  const digests = new Map(files);
  const hash = createHash('sha256');
  for (const path of sortByCodePoint(digests.keys())) {
    if (path.includes('\n') || hasLoneSurrogate(path)) {
      throw new FormatError(`dir: expected names in UTF-8 without line feeds, found ${JSON.stringify(path)}`);
    }
    hash.update(`${digests.get(path)}  ${path}\n`, 'utf8');
  }
  return hash.digest('hex');
}

/** Reads `materials` or `products`; the maps are those that were parsed, nothing is copied. */
export function artifactsFromJson(json: Json | undefined, where: string): Artifacts {
  const object = expectObject(json, where);
  if (isArtifacts(object)) return object;
  for (const [name, digests] of object) {
    if (!isDigestSet(digests))
      refuse(`${where}[${JSON.stringify(name)}]`, 'digests in hex by algorithm', digests);
  }
  throw new FormatError(`${where}: expected artifacts`);
}

/** Several links may hold the very same list (`JsonParts`). */
const known = new WeakSet<JsonObject>();

function isArtifacts(object: JsonObject): object is Artifacts {
  if (object instanceof DigestList || known.has(object)) return true;
  for (const digests of object.values()) {
    if (!isDigestSet(digests)) return false;
  }
  known.add(object);
  return true;
}

function isDigestSet(json: Json): json is DigestSet {
  if (!isJsonObject(json)) return false;
  for (const digest of json.values()) {
    if (!isHex(digest)) return false;
  }
  return true;
}
