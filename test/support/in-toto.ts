import * as fs from 'node:fs';
import * as path from 'node:path';
import { exportGpg, makeGpgKey } from './gpg.ts';
import type { Person } from './person.ts';
import { makePerson } from './person.ts';

/** Somebody who works with in-toto's own commands and GnuPG, and has never heard of git-mlchain. */
export interface InTotoUser {
  readonly person: Person;
  /** Upper hex. */
  readonly fingerprint: string;
  /** A file with their armored certificate. */
  readonly certificate: string;
}

export async function makeInTotoUser(name: string, algorithm = 'ed25519'): Promise<InTotoUser> {
  const person = await makePerson(name);
  const fingerprint = await makeGpgKey(person, `${name} <${person.email}>`, { algorithm });
  const certificate = person.at(`${name}.asc`);
  fs.writeFileSync(certificate, await exportGpg(person, fingerprint));
  return { person, fingerprint, certificate };
}

export interface InTotoRun {
  readonly step: string;
  readonly materials: readonly string[];
  readonly products: readonly string[];
  readonly command: readonly string[];
  /** Where it runs. */
  readonly cwd: string;
  /** Where the link goes. */
  readonly links: string;
}

/** `in-toto-run --gpg`, with its default of ten seconds lifted. */
export async function inTotoRun({ person, fingerprint }: InTotoUser, run: InTotoRun): Promise<void> {
  await person.exec(
    'in-toto-run',
    [
      ...['--step-name', run.step, '--gpg', fingerprint.toLowerCase()],
      ...['--metadata-directory', run.links],
      ...(run.materials.length > 0 ? ['--materials', ...run.materials] : []),
      ...(run.products.length > 0 ? ['--products', ...run.products] : []),
      ...['--', ...run.command],
    ],
    { cwd: run.cwd, env: { IN_TOTO_LINK_CMD_EXEC_TIMEOUT: '120' } },
  );
}

/** `in-toto-record start`, some work, `in-toto-record stop`. */
export async function inTotoRecord(
  { person, fingerprint }: InTotoUser,
  { step, materials, products, cwd, links }: Omit<InTotoRun, 'command'>,
  work: () => void,
): Promise<void> {
  const common = ['--step-name', step, '--gpg', fingerprint.toLowerCase()];
  await person.exec('in-toto-record', ['start', ...common, '--materials', ...materials], { cwd });
  work();
  await person.exec(
    'in-toto-record',
    ['stop', ...common, '--products', ...products, '--metadata-directory', links],
    { cwd },
  );
}

/** `in-toto-verify` by somebody who has nothing but these certificates; its exit code. */
export async function inTotoVerify(
  person: Person,
  where: { readonly layout: string; readonly links: string; readonly product: string },
  certificates: readonly string[],
  owners: readonly string[],
): Promise<number> {
  const home = fs.mkdtempSync(path.join(person.home, 'verifier-'));
  fs.chmodSync(home, 0o700);
  const env = { GNUPGHOME: home };
  try {
    await person.gpg(['--import', ...certificates], { env });
    const keys = owners.map((owner) => owner.toLowerCase());
    const { code } = await person.exec(
      'in-toto-verify',
      ['--layout', where.layout, '--link-dir', where.links, '--gpg', ...keys],
      { cwd: where.product, env, code: 'any' },
    );
    return code;
  } finally {
    await person.exec('gpgconf', ['--homedir', home, '--kill', 'all'], { code: 'any' });
    fs.rmSync(home, { recursive: true, force: true });
  }
}
