import type { PublicKey } from '../intoto/key.ts';
import type { Signature } from '../intoto/signature.ts';
import { digestOf } from './algorithm.ts';
import type { Certificate } from './certificate.ts';
import { checkSignature, findKey } from './check.ts';
import { chooseSigningKey } from './choose-key.ts';
import { findGpgKey } from './gpg-keys.ts';
import { signWithGpg } from './gpg-signer.ts';
import { KeyError } from './key-error.ts';
import { coordinateSize } from './key-object.ts';
import { availableKeys, makeSignature, openOwnPacket } from './own-signer.ts';
import type { PassphraseSource } from './passphrase.ts';
import { openSecretKey } from './secret-key.ts';
import type { FoundKey } from './store.ts';
import { OwnKeyStore } from './store.ts';

export { KeyError } from './key-error.ts';

export interface SignerRequest extends PassphraseSource {
  /** `--key`, `mlchain.signingKey`, `user.signingKey`, as far as set, in that order: the first decides. */
  readonly choices: readonly string[];
  /** git's `gpg.program`, default `gpg`. */
  readonly gpgProgram: string;
}

/** The key that would sign, known without opening it. */
export interface SigningKey {
  /** Of the primary key, upper hex: the person, and their notes ref. */
  readonly fingerprint: string;
  /** Of the signing (sub)key, lower hex. */
  readonly keyid: string;
  /** User id: foreign text. The fingerprint where there is none. */
  readonly name: string;
  readonly certificate: Certificate;
  readonly keptIn: 'own-store' | 'gnupg';
}

export interface Signer extends SigningKey {
  /** @throws KeyError `locked` when a passphrase or PIN of GnuPG's is not to be had, `gpg-failed` */
  sign(signedBytes: Uint8Array): Promise<Signature>;
}

type Sign = (signedBytes: Uint8Array) => Promise<Signature>;

interface Candidate {
  readonly key: SigningKey;
  open(): Promise<Sign>;
}

/**
 * Which key would sign: for `status`, and to see whether its owner may record anything at all. Opens nothing.
 * @throws KeyError `no-key`, `ambiguous`, `unusable`
 */
export async function findSigningKey(request: SignerRequest): Promise<SigningKey> {
  return (await findCandidate(request)).key;
}

/**
 * Finds the key and opens it. Every signature is checked before it is handed out, so that no broken card or gpg wrapper
 * leaves a link that counts for nobody.
 * @throws KeyError also `locked`: at once where nobody may be asked, it never waits
 */
export async function findSigner(request: SignerRequest): Promise<Signer> {
  const { key, open } = await findCandidate(request);
  const found = findKey(new Map([[key.certificate.publicKey.keyid, key.certificate.publicKey]]), key.keyid);
  if (found === undefined)
    throw new KeyError('unusable', `${key.keyid} is no signing key of its certificate`);
  const sign = await open();
  return { ...key, sign: async (signedBytes) => proven(found.key, await sign(signedBytes), signedBytes) };
}

function proven(key: PublicKey, signature: Signature, signedBytes: Uint8Array): Signature {
  const check = checkSignature(key, signature, signedBytes);
  if (check.good) return signature;
  throw new KeyError('unusable', `the signature just made with ${key.keyid} is not good: ${check.reason}`);
}

async function findCandidate(request: SignerRequest): Promise<Candidate> {
  const store = OwnKeyStore.open(request.env);
  const [choice] = request.choices;
  if (choice === undefined) return ownCandidate(await store.only(), request);
  const own = await store.find(choice);
  if (own !== undefined) return ownCandidate(own, request);
  const inGpg = await gpgCandidate(choice, request);
  if (inGpg !== undefined) return inGpg;
  throw new KeyError('no-key', `no secret key fits '${choice}', neither in your key store nor in GnuPG`, {
    hint: "'git mlchain key list' and 'gpg --list-secret-keys' show what is there",
  });
}

function ownCandidate(own: FoundKey, request: SignerRequest): Candidate {
  const available = new Set(availableKeys(own).keys());
  const key = signingKey(own.certificate, available, own.subkey, 'own-store');
  return {
    key,
    async open() {
      const secret = openSecretKey(await openOwnPacket(own, key.keyid, request));
      return async (signedBytes) => makeSignature(secret, signedBytes, seconds());
    },
  };
}

async function gpgCandidate(choice: string, request: SignerRequest): Promise<Candidate | undefined> {
  const found = await findGpgKey(request.gpgProgram, request.env, choice);
  if (found === undefined) return undefined;
  const key = signingKey(found.certificate, found.available, found.subkey, 'gnupg');
  const { publicKey } = found.certificate;
  const used = publicKey.subkeys.get(key.keyid) ?? publicKey;
  const size = used.type === 'ecdsa' ? coordinateSize(used) : undefined;
  const signingWith = {
    keyid: key.keyid,
    name: key.name,
    digest: digestOf(used.method),
    coordinateSize: size,
  };
  return {
    key,
    open: async () => (signedBytes) => signWithGpg(request.gpgProgram, signingWith, signedBytes, request),
  };
}

function signingKey(
  certificate: Certificate,
  available: ReadonlySet<string>,
  wanted: string | undefined,
  keptIn: SigningKey['keptIn'],
): SigningKey {
  const { keyid } = chooseSigningKey(certificate, available, wanted, seconds());
  const { fingerprint, userIds } = certificate;
  return { fingerprint, keyid, name: userIds[0] ?? fingerprint, certificate, keptIn };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
