import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { dataDirectory } from '../user/data-directory.ts';
import { writeArmor } from './armor.ts';
import type { Certificate } from './certificate.ts';
import { judgeCertificate, readKeys } from './certificate.ts';
import { certificateFromText, certificateToText } from './certificate-text.ts';
import { KeyError } from './key-error.ts';
import { readKeyMaterial } from './key-material.ts';
import { mergeKeys } from './merge.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { protectionOf } from './secret-key.ts';
import type { TransferableKey } from './transferable-key.ts';
import { isSecret, withoutSecrets, writeTransferableKey } from './transferable-key.ts';

/** A secret key of this user. */
export interface OwnKey {
  readonly certificate: Certificate;
  readonly secret: TransferableKey;
}

export interface FoundKey extends OwnKey {
  /** Lower hex, where a subkey was asked for by its fingerprint. */
  readonly subkey: string | undefined;
}

/** `unchanged`: everything in the file was known already. */
export type Change = 'added' | 'updated' | 'unchanged';

/**
 * The user's own secret keys: `$XDG_DATA_HOME/git-mlchain/keys/<FINGERPRINT>.asc`, armored as any OpenPGP program
 * reads them, each protected by its passphrase or by the file's mode alone. Beside each lies its judged certificate.
 */
export class OwnKeyStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  static open(env: NodeJS.ProcessEnv): OwnKeyStore {
    return new OwnKeyStore(path.join(dataDirectory(env), 'keys'));
  }

  /** All keys, by fingerprint. */
  async list(): Promise<readonly OwnKey[]> {
    const keys: OwnKey[] = [];
    for (const fingerprint of await this.#fingerprints()) {
      const key = await this.#load(fingerprint);
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  /**
   * By fingerprint – whole, or its last 16 digits or more; of the primary key or a subkey – or by part of a user id.
   * @throws KeyError `ambiguous` when several keys fit
   */
  async find(choice: string): Promise<FoundKey | undefined> {
    const digits = fingerprintDigits(choice);
    const direct = digits?.length === 40 ? await this.#load(digits.toUpperCase()) : undefined;
    if (direct !== undefined) return { ...direct, subkey: undefined };
    const found = (await this.list()).flatMap((key) => match(key, choice, digits) ?? []);
    const names = found.map(({ certificate }) => nameOf(certificate));
    if (found.length > 1) throw ambiguous(choice, names);
    return found[0];
  }

  /** As `find`, but there has to be one. @throws KeyError `no-key`, `ambiguous` */
  async get(choice: string): Promise<FoundKey> {
    const found = await this.find(choice);
    if (found !== undefined) return found;
    throw new KeyError('no-key', `no key in your key store fits '${choice}'`, {
      hint: "'git mlchain key list' shows what is there",
    });
  }

  /** The one key there is. @throws KeyError `no-key`, `ambiguous` */
  async only(): Promise<FoundKey> {
    const [key, ...more] = await this.list();
    if (key === undefined) {
      throw new KeyError('no-key', 'there is no signing key', {
        hint: "run 'git mlchain key new', or name a key of GnuPG: git config mlchain.signingKey FINGERPRINT",
      });
    }
    const names = [key, ...more].map(({ certificate }) => nameOf(certificate));
    if (more.length > 0) throw ambiguous('your key store', names);
    return { ...key, subkey: undefined };
  }

  /**
   * Takes secret keys in, and what a file says anew – revocations, expiry, user ids – of keys that are here already.
   * @throws KeyError `no-key` for a certificate whose secret key is not here
   */
  async import(input: string | Uint8Array): Promise<readonly (OwnKey & { readonly change: Change })[]> {
    const keys = readKeys(input);
    if (keys.length === 0) throw new KeyError('no-key', 'expected an OpenPGP secret key, found none');
    const imported = [];
    for (const key of keys) imported.push(await this.#take(key));
    return imported;
  }

  async #take(key: TransferableKey): Promise<OwnKey & { readonly change: Change }> {
    const fingerprint =
      readKeyMaterial(key.primary.packet.body)?.fingerprint.toUpperCase() ?? '(unsupported)';
    const known = await this.#load(fingerprint);
    if (known === undefined && !isSecret(key)) {
      throw new KeyError('no-key', `${fingerprint}: expected a secret key, found a certificate alone`, {
        hint: 'certificates of others go into the layout: git mlchain layout set --functionary STEP=FILE',
      });
    }
    const secret = known === undefined ? key : mergeKeys(known.secret, key);
    const isSame =
      known !== undefined && writeTransferableKey(known.secret).equals(writeTransferableKey(secret));
    if (isSame) return { ...known, change: 'unchanged' };
    return { ...(await this.#save(secret)), change: known === undefined ? 'added' : 'updated' };
  }

  async #save(secret: TransferableKey): Promise<OwnKey> {
    const certificate = judgeCertificate(withoutSecrets(secret));
    const armored = armorSecret({ secret });
    await writePrivateFile(this.#file(certificate.fingerprint, 'asc'), armored);
    await this.#remember(armored, certificate);
    return { certificate, secret };
  }

  async #load(fingerprint: string): Promise<OwnKey | undefined> {
    const file = this.#file(fingerprint, 'asc');
    const armored = await readPrivateFile(file);
    if (armored === undefined) return undefined;
    const [secret, ...more] = readKeys(armored);
    if (secret === undefined || !isSecret(secret) || more.length > 0) {
      throw new KeyError('unusable', `${file}: expected one secret key, found something else`);
    }
    return { secret, certificate: await this.#certificate(fingerprint, armored, secret) };
  }

  async #certificate(fingerprint: string, armored: string, secret: TransferableKey): Promise<Certificate> {
    const remembered = await readPrivateFile(this.#file(fingerprint, 'judged'));
    const [digest, text = ''] = remembered?.split('\n') ?? [];
    const known = digest === digestOf(armored) ? certificateFromText(text) : undefined;
    if (known !== undefined) return known;
    const certificate = judgeCertificate(withoutSecrets(secret));
    if (certificate.fingerprint !== fingerprint) {
      throw new KeyError(
        'unusable',
        `expected the key ${fingerprint} in the file of that name, found another`,
      );
    }
    await this.#remember(armored, certificate);
    return certificate;
  }

  /** Bound to the secret key file by its digest: a copy that belongs to another version of it is not used. */
  async #remember(armored: string, certificate: Certificate): Promise<void> {
    const text = `${digestOf(armored)}\n${certificateToText(certificate)}\n`;
    await writePrivateFile(this.#file(certificate.fingerprint, 'judged'), text);
  }

  async #fingerprints(): Promise<readonly string[]> {
    try {
      const files = await fs.readdir(this.directory);
      return files.flatMap((file) => /^([0-9A-F]{40})\.asc$/.exec(file)?.[1] ?? []).toSorted();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #file(fingerprint: string, kind: 'asc' | 'judged'): string {
    return path.join(this.directory, `${fingerprint}.${kind}`);
  }
}

/** Whether a passphrase stands before any part of it. */
export function isLocked({ secret }: Pick<OwnKey, 'secret'>): boolean {
  return [secret.primary, ...secret.subkeys].some(({ packet }) => protectionOf(packet) === 'locked');
}

/** As `key export --secret` hands it out: under its passphrase, if it has one. */
export function armorSecret({ secret }: Pick<OwnKey, 'secret'>): string {
  return writeArmor('PRIVATE KEY BLOCK', writeTransferableKey(secret));
}

function digestOf(armored: string): string {
  return createHash('sha256').update(armored).digest('hex');
}

/** Lower hex, if the choice is a fingerprint or a long enough end of one: shorter ids can be forged at will. */
export function fingerprintDigits(choice: string): string | undefined {
  const digits = choice.replace(/^0x|!$|[ :]/g, '').toLowerCase();
  return /^[0-9a-f]{16,40}$/.test(digits) ? digits : undefined;
}

function match(key: OwnKey, choice: string, digits: string | undefined): FoundKey | undefined {
  if (digits === undefined) {
    const isNamed = key.certificate.userIds.some((id) => id.toLowerCase().includes(choice.toLowerCase()));
    return isNamed ? { ...key, subkey: undefined } : undefined;
  }
  const facts = [...key.certificate.keys.values()].find(({ keyid }) => keyid.endsWith(digits));
  return facts && { ...key, subkey: facts.isPrimary ? undefined : facts.keyid };
}

export function nameOf({ fingerprint, userIds }: Certificate): string {
  return userIds[0] === undefined ? fingerprint : `${fingerprint} ${userIds[0]}`;
}

export function ambiguous(choice: string, names: readonly string[]): KeyError {
  const hint = `name one by its fingerprint:\n${names.join('\n')}`;
  return new KeyError('ambiguous', `'${choice}' fits ${names.length} keys, expected one`, { hint });
}
