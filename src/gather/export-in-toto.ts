import { mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { unsafeName } from '../artifact/safe-name.ts';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { writeEnvelopeFile } from '../intoto/envelope.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { StepLink } from '../verify/counting-link.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { layOut } from './controlled-files.ts';

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
  const judgment = history.commits.get(revision);
  const layout = judgment?.inForce.own;
  if (judgment === undefined || layout === undefined) {
    throw new MlchainError('failed', 'no layout that pinned owners signed is in force at this commit', {
      hint: 'git mlchain verify says why',
    });
  }
  const directory = await emptyDirectory(repo, target);
  const file = await repo.objects.read(`${revision}:${LAYOUT_PATH}`);
  await writeFile(join(directory, 'root.layout'), file?.data ?? '', { flag: 'wx' });
  const links = await writeLinks(judgment, directory);
  const certificates = await writeCertificates(history, layout.signers, links, directory);
  await mkdir(join(directory, 'product'));
  const refused = await layOut(repo, judgment, join(directory, 'product'));
  if (refused !== undefined) {
    throw new MlchainError('failed', `cannot export '${refused.path}': ${refused.detail ?? refused.code}`);
  }
  return { directory, links: links.map(({ name }) => name), certificates, owners: layout.signers };
}

/** New or empty, and not within the work tree, where `DISALLOW *` of an inspection would meet the whole checkout. */
async function emptyDirectory(repo: Repository, target: string): Promise<string> {
  const parent = await existingParent(resolve(target));
  const inside = repo.workTree !== undefined && `${parent}/`.startsWith(`${await realpath(repo.workTree)}/`);
  if (inside) {
    throw new MlchainError('usage', `expected a directory outside the checkout, found '${target}'`, {
      hint: 'git mlchain export --in-toto ../out',
    });
  }
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0) {
    throw new MlchainError('usage', `expected a new or empty directory, found files in '${target}'`);
  }
  return await realpath(target);
}

async function existingParent(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return join(await existingParent(dirname(path)), path.slice(dirname(path).length));
  }
}

interface LinkFile {
  readonly name: string;
  readonly link: StepLink;
}

/** `<step>.<first 8 digits of the key id>.link`, as in-toto looks for them. */
async function writeLinks({ effective }: CommitJudgment, directory: string): Promise<LinkFile[]> {
  const links = [...effective.values()].flatMap(({ signers, link }) =>
    signers.length > 0 ? signers : [link],
  );
  const files = links.map((link) => ({ name: `${link.step}.${link.keyid.slice(0, 8)}.link`, link }));
  for (const { name, link } of files) {
    const unsafe = name.includes('/') ? 'it holds a slash' : unsafeName(name);
    if (unsafe !== undefined) {
      throw new MlchainError('failed', `cannot write a link file named '${name}': ${unsafe}`);
    }
    const { signed, signatures } = link.entry.envelope;
    await writeFile(join(directory, name), writeEnvelopeFile(signed, signatures), { flag: 'wx' });
  }
  return files;
}

async function writeCertificates(
  { keys }: HistoryJudgment,
  owners: readonly string[],
  links: readonly LinkFile[],
  directory: string,
): Promise<string[]> {
  await mkdir(join(directory, 'keys'));
  const people = [...new Set([...owners, ...links.map(({ link }) => link.signer.fingerprint)])];
  const certificates = people.flatMap((person) => keys.certificate(person) ?? []);
  for (const { fingerprint, armored } of certificates) {
    await writeFile(join(directory, 'keys', `${fingerprint}.asc`), armored, { flag: 'wx' });
  }
  return certificates.map(({ fingerprint }) => fingerprint);
}
