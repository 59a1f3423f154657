import { MlchainError } from '../errors.ts';

/** A fingerprint as people write it – spaces, colons, `0x`, either case – as 40 upper-case hex digits. */
export function readFingerprint(text: string): string | undefined {
  const digits = text.trim().replace(/^0x/i, '').replace(/[\s:]/g, '').toUpperCase();
  return /^[0-9A-F]{40}$/.test(digits) ? digits : undefined;
}

/** A shorter key id can be forged at will, so nothing but the whole fingerprint will do. */
export function expectFingerprint(text: string): string {
  const fingerprint = readFingerprint(text);
  if (fingerprint !== undefined) return fingerprint;
  throw new MlchainError('usage', `expected a fingerprint of 40 hex digits, found '${text}'`, {
    hint: "'git mlchain key list' shows yours; 'git mlchain layout show' shows those in the layout",
  });
}
