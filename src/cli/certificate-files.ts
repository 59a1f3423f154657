import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { ifAbsent, readText, writeWhole } from '../hooks/file.ts';
import { certificatePath, KEYS_DIR } from '../layout/paths.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { readCertificates } from '../openpgp/certificate.ts';
import { findGpgCertificate } from '../openpgp/gpg-certificate.ts';
import { OwnKeyStore } from '../openpgp/store.ts';
import type { Context } from './context.ts';
import { readFingerprint } from './fingerprint.ts';
import { gpgProgram } from './signing.ts';

/** The certificates in `.mlchain/keys` of the work tree. One that cannot be read takes nothing from the others. */
export async function readKeyFiles(workTree: string, { voice }: Context): Promise<readonly Certificate[]> {
  const directory = path.join(workTree, KEYS_DIR);
  const names = (await fs.readdir(directory).catch(ifAbsent)) ?? [];
  const certificates: Certificate[] = [];
  for (const name of names.filter((one) => one.endsWith('.asc')).toSorted()) {
    try {
      certificates.push(...(await readCertificates(await fs.readFile(path.join(directory, name)))));
    } catch (error) {
      if (!(error instanceof MlchainError)) throw error;
      voice.warn(`${KEYS_DIR}/${name} is not read: ${error.message}`);
    }
  }
  return certificates;
}

/** Puts a certificate into `.mlchain/keys`, joined with the copy that is there, whose revocations must not get lost. */
export async function saveKeyFile(workTree: string, { fingerprint, armored }: Certificate): Promise<void> {
  const file = path.join(workTree, certificatePath(fingerprint));
  const known = await readText(file);
  const joined = known === undefined ? armored : await join(known, armored, fingerprint);
  if (joined !== known) await writeWhole(file, joined, 0o644);
}

async function join(known: string, added: string, fingerprint: string): Promise<string> {
  const certificates = await readCertificates(`${known}\n${added}`);
  return certificates.find((certificate) => certificate.fingerprint === fingerprint)?.armored ?? added;
}

/**
 * The certificate that somebody names on the command line: by its file, or by a fingerprint that is found in the own
 * key store, in `.mlchain/keys` or in GnuPG.
 */
export async function findCertificate(
  repo: Repository,
  context: Context,
  named: string,
): Promise<Certificate> {
  const fingerprint = readFingerprint(named);
  return fingerprint === undefined
    ? await certificateInFile(named, context)
    : await certificateOf(repo, context, fingerprint);
}

async function certificateOf(repo: Repository, context: Context, fingerprint: string): Promise<Certificate> {
  const own = await OwnKeyStore.open(context.env).find(fingerprint);
  if (own?.certificate.fingerprint === fingerprint) return own.certificate;
  const files = repo.workTree === undefined ? [] : await readKeyFiles(repo.workTree, context);
  const found =
    files.find((certificate) => certificate.fingerprint === fingerprint) ??
    (await findGpgCertificate(await gpgProgram(repo), context.env, fingerprint));
  if (found !== undefined) return found;
  throw new MlchainError('input', `there is no certificate of ${fingerprint} here`, {
    hint: "ask its owner for one ('git mlchain key export FPR > name.asc') and give the file instead",
  });
}

async function certificateInFile(file: string, { cwd }: Context): Promise<Certificate> {
  const content = await fs.readFile(path.resolve(cwd, file)).catch((cause: NodeJS.ErrnoException) => {
    const expected = 'expected a fingerprint of 40 hex digits or a certificate file';
    if (file === '') throw new MlchainError('usage', `${expected}, found nothing`);
    throw new MlchainError('input', `${expected}, found '${file}' (${cause.code})`, { cause });
  });
  const certificates = await readCertificates(content);
  const [certificate] = certificates;
  if (certificate !== undefined && certificates.length === 1) return certificate;
  throw new MlchainError('input', `${file}: expected one certificate, found ${certificates.length}`, {
    hint: 'give each functionary a file of their own',
  });
}
