import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unsafeName } from '../artifact/safe-name.ts';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { respellEnvelope } from '../intoto/envelope.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { StepLink } from '../verify/counting-link.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { layOut } from './controlled-files.ts';
import { makeExportDirectory } from './export-directory.ts';
import { certificatesOf, releaseChain } from './release-chain.ts';

export interface InTotoExport {
  /** Absolute. */
  readonly directory: string;
  /** File names of the links. */
  readonly links: readonly string[];
  /** Certificates written to `keys/`, owners first: upper-hex fingerprints. */
  readonly certificates: readonly string[];
  /** Owners who signed the layout. */
  readonly owners: readonly string[];
}

/**
 * Writes the chain at a commit as in-toto knows it: `root.layout`, the agreeing links, the certificates, and below
 * `product/` the controlled files. Outside the checkout, since in-toto records the directory that it inspects.
 */
export async function exportInToto(
  repo: Repository,
  history: HistoryJudgment,
  revision: string,
  target: string,
): Promise<InTotoExport> {
  const chain = releaseChain(history, revision);
  const directory = await makeExportDirectory(repo, target);
  const file = await repo.objects.read(`${revision}:${LAYOUT_PATH}`);
  await writeFile(join(directory, 'root.layout'), file?.data ?? '', { flag: 'wx' });
  const links = await writeLinks(chain.links, directory);
  const certificates = certificatesOf(chain, history.keys);
  await writeCertificates(certificates, directory);
  await mkdir(join(directory, 'product'));
  const refused = await layOut(repo, chain.judgment, join(directory, 'product'));
  if (refused !== undefined) {
    throw new MlchainError('failed', `cannot export '${refused.path}': ${refused.detail ?? refused.code}`);
  }
  return {
    directory,
    links,
    certificates: certificates.map(({ fingerprint }) => fingerprint),
    owners: chain.layout.signers,
  };
}

/** `<step>.<first 8 digits of the key id>.link`, as in-toto looks for them. */
async function writeLinks(links: readonly StepLink[], directory: string): Promise<string[]> {
  const files = links.map((link) => ({ name: `${link.step}.${link.keyid.slice(0, 8)}.link`, link }));
  for (const { name, link } of files) {
    const unsafe = name.includes('/') ? 'it holds a slash' : unsafeName(name);
    if (unsafe !== undefined) {
      throw new MlchainError('failed', `cannot write a link file named '${name}': ${unsafe}`);
    }
    await writeFile(join(directory, name), respellEnvelope(link.entry.envelope, 1), { flag: 'wx' });
  }
  return files.map(({ name }) => name);
}

async function writeCertificates(certificates: readonly Certificate[], directory: string): Promise<void> {
  await mkdir(join(directory, 'keys'));
  for (const { fingerprint, armored } of certificates) {
    await writeFile(join(directory, 'keys', `${fingerprint}.asc`), armored, { flag: 'wx' });
  }
}
