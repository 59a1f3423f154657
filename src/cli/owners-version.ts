import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { ifAbsent, readText, writeWhole } from '../hooks/file.ts';
import { sha256Hex } from '../intoto/digest.ts';
import { type Envelope, parseEnvelope, writeEnvelopeFile } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Owners, ownersFromJson, ownersVersionOf } from '../layout/owners.ts';
import { OWNERS_DIR } from '../layout/paths.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { Trust } from '../verify/facts.ts';
import { KeyBook } from '../verify/key-book.ts';
import { OwnersBook } from '../verify/owners.ts';

/** A version of the owners in the work tree. Nothing about it is trusted yet. */
export interface OwnersFile {
  readonly version: number;
  readonly envelope: Envelope;
  readonly owners: Owners;
  /** SHA-256 of its canonical signed part. */
  readonly content: string;
}

/**
 * All versions in the work tree, the first one first.
 * @throws MlchainError `input` where one of them cannot be read
 */
export async function readOwnersVersions(workTree: string): Promise<readonly OwnersFile[]> {
  const names = (await fs.readdir(path.join(workTree, OWNERS_DIR)).catch(ifAbsent)) ?? [];
  const versions = names.flatMap((name) => ownersVersionOf(name) ?? []).sort((a, b) => a - b);
  return await Promise.all(versions.map((version) => readVersion(workTree, version)));
}

async function readVersion(workTree: string, version: number): Promise<OwnersFile> {
  try {
    const envelope = parseEnvelope((await readText(path.join(workTree, ownersPath(version)))) ?? '');
    const owners = ownersFromJson(envelope.signed);
    return { version, envelope, owners, content: sha256Hex(envelope.signedBytes) };
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new MlchainError('input', `${ownersPath(version)}: ${cause.message}`, {
      hint: `'git checkout HEAD -- ${OWNERS_DIR}' restores what is committed`,
      cause,
    });
  }
}

export async function writeOwnersVersion(
  workTree: string,
  version: number,
  { signed, signatures }: Pick<Envelope, 'signed' | 'signatures'>,
): Promise<void> {
  await writeWhole(path.join(workTree, ownersPath(version)), writeEnvelopeFile(signed, signatures), 0o644);
}

export function ownersPath(version: number): string {
  return `${OWNERS_DIR}/${version}.json`;
}

/** Whom the work tree makes the owners, as far as this clone believes it; otherwise those that it has pinned. */
export async function ownersInWorkTree(
  workTree: string,
  certificates: readonly Certificate[],
  trust: Trust,
  now: number,
): Promise<Trust> {
  const versions = await readOwnersVersions(workTree);
  const files = versions.map(({ version, envelope }) => ({ blob: `${version}`, envelope }));
  const book = new OwnersBook(files, { keys: new KeyBook(certificates), trust, now });
  return book.inForce(new Map(versions.map(({ version }) => [version, `${version}`])), []).trust;
}
