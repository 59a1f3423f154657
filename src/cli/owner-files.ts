import * as fs from 'node:fs';
import { MlchainError } from '../errors.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { SslibKey } from '../intoto/sslib-key.ts';
import { readSslibKeyFile } from '../intoto/sslib-key-file.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { readCertificates } from '../openpgp/certificate.ts';

/** The owners whom a verifier without a repository trusts. */
export interface OwnerFiles {
  readonly certificates: readonly Certificate[];
  /** Keys that are not OpenPGP's: each once under every key id it may have (`readSslibKeyFile`). */
  readonly keys: readonly SslibKey[];
}

/** Reads OpenPGP certificates, public keys in PEM and public key files of in-toto-keygen. @throws MlchainError input */
export async function readOwnerFiles(files: readonly string[]): Promise<OwnerFiles> {
  const certificates: Certificate[] = [];
  const keys: SslibKey[] = [];
  for (const file of files) {
    const content = readNamed(file);
    const found = keysIn(file, content);
    if (found === undefined) certificates.push(...(await readCertificates(content)));
    else keys.push(...found);
  }
  return { certificates, keys };
}

/** OpenPGP certificates alone: functionaries' keys of another kind stand in the layout, and nothing can be added to them. */
export async function readCertificateFiles(files: readonly string[]): Promise<readonly Certificate[]> {
  const lists = await Promise.all(files.map(async (file) => await readCertificates(readNamed(file))));
  return lists.flat();
}

function keysIn(file: string, content: Buffer): readonly SslibKey[] | undefined {
  try {
    return readSslibKeyFile(content);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new MlchainError('input', `${file}: ${error.message}`, {
      hint: 'give an OpenPGP certificate, a public key in PEM, or the .pub file of in-toto-keygen',
      cause: error,
    });
  }
}

function readNamed(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (cause) {
    throw new MlchainError('input', `cannot read the certificate '${file}': ${(cause as Error).message}`, {
      cause,
    });
  }
}
