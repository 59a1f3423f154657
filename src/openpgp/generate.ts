import { MlchainError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { judgeCertificate, readKeys } from './certificate.ts';
import { loadOpenPgp } from './library.ts';
import { withoutSecrets } from './transferable-key.ts';

export interface NewKey {
  readonly name: string;
  readonly email: string;
  /** Undefined: the key lies open, protected by its file's mode alone. */
  readonly passphrase?: string | undefined;
  readonly type: 'ed25519' | 'rsa3072';
  /** Seconds since 1970; default: now. */
  readonly created?: number | undefined;
  /** Seconds since 1970; default: never. */
  readonly expires?: number | undefined;
}

/** The most that RFC 4880 §3.7.1.3 can say: 65,011,712 octets hashed for each passphrase that a thief tries. */
const STRETCHING = 255;

export interface GeneratedKey {
  readonly armoredSecret: string;
  readonly certificate: Certificate;
}

/**
 * Makes a version 4 key that certifies and signs, and has no subkeys: nothing here encrypts. Ed25519 is algorithm 22,
 * since GnuPG 2.2 and in-toto know neither its successor 27 nor version 6.
 */
export async function generateKey(wanted: NewKey): Promise<GeneratedKey> {
  const { generateKey: generate } = await loadOpenPgp();
  const created = wanted.created ?? Math.floor(Date.now() / 1000);
  if (wanted.expires !== undefined && wanted.expires <= created) {
    throw new MlchainError('usage', 'expected a key that expires after it was made');
  }
  const { privateKey } = await generate({
    ...(wanted.type === 'ed25519' ? { type: 'ecc', curve: 'ed25519Legacy' } : { type: 'rsa', rsaBits: 3072 }),
    userIDs: { name: userId(wanted.name, wanted.email) },
    ...(wanted.passphrase === undefined ? {} : { passphrase: wanted.passphrase }),
    ...(wanted.expires === undefined ? {} : { keyExpirationTime: wanted.expires - created }),
    date: new Date(created * 1000),
    subkeys: [],
    format: 'armored',
    config: { s2kIterationCountByte: STRETCHING },
  });
  const [secret] = readKeys(privateKey);
  if (secret === undefined) throw new Error('the library made no key');
  return { armoredSecret: privateKey, certificate: judgeCertificate(withoutSecrets(secret)) };
}

/** `Name <address>`, the convention of RFC 4880 §5.11; what would make a reader see another name is refused. */
function userId(name: string, email: string): string {
  if (name.trim() === '' || /[<>\p{Cc}\p{Cf}\p{Cs}]/u.test(name)) {
    throw new MlchainError('usage', `expected a name without < > and control characters, found '${name}'`);
  }
  if (!/^[^\s<>@\p{Cc}\p{Cf}\p{Cs}]+@[^\s<>@\p{Cc}\p{Cf}\p{Cs}]+$/u.test(email)) {
    throw new MlchainError('usage', `expected a mail address, found '${email}'`);
  }
  return `${name.trim()} <${email}>`;
}
