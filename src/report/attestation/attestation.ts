import { type Json, type JsonObject, jsonObject } from '../../intoto/json.ts';

/** One statement and where it belongs: what it is about, and the file's name without its ending. */
export interface Attestation {
  /** Commit id. */
  readonly commit: string;
  /** A step's name, or that of the summary: foreign text. */
  readonly name: string;
  readonly statement: JsonObject;
}

/**
 * Who a key belongs to, as a URI: the scheme that OpenPGP tools use for fingerprints, and for in-toto's own keys, whose
 * ids are longer, one of ours.
 */
export function personUri(fingerprint: string): string {
  return fingerprint.length === 40
    ? `openpgp4fpr:${fingerprint}`
    : `urn:in-toto:keyid:${fingerprint.toLowerCase()}`;
}

/** A git object as a URI: `gitoid` as registered with IANA. */
export function gitUri(type: 'commit' | 'blob', id: string): string {
  return `gitoid:${type}:${id.length === 64 ? 'sha256' : 'sha1'}:${id}`;
}

/** Fields whose names are ours to choose. */
export function object(fields: Readonly<Record<string, Json>>): JsonObject {
  return jsonObject(Object.entries(fields));
}
