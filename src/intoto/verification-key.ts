import type { Json } from './json-value.ts';
import { type PublicKey, publicKeyFromJson } from './key.ts';
import { isSslibKeyJson, type SslibKey, sslibKeyFromJson } from './sslib-key.ts';

/** A key that a layout may name: OpenPGP's, or one in securesystemslib's own form (ANY_VERIFICATION_KEY_SCHEMA). */
export type VerificationKey = PublicKey | SslibKey;

/** @throws FormatError */
export function verificationKeyFromJson(json: Json | undefined, where = 'key'): VerificationKey {
  return isSslibKeyJson(json) ? sslibKeyFromJson(json, where) : publicKeyFromJson(json, where);
}
