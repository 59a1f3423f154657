import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExecOptions } from './exec.ts';
import type { Person } from './person.ts';

export interface GpgKeyOptions {
  /** As gpg names it: `ed25519`, `rsa2048`, `nistp256`, `dsa2048`. */
  readonly algorithm?: string;
  /** `default`, `sign`, `cert`. */
  readonly usage?: string;
  readonly passphrase?: string;
  /** As gpg takes it: `never`, `1y`, `seconds=60`. */
  readonly expires?: string;
  /** The clock it is made by, `20250101T000000`. */
  readonly at?: string;
}

/** Makes a key in a person's GnuPG keyring; its fingerprint, upper hex. */
export async function makeGpgKey(
  person: Person,
  userId: string,
  options: GpgKeyOptions = {},
): Promise<string> {
  const { algorithm = 'ed25519', usage = 'sign', passphrase = '', expires = 'never' } = options;
  const create = ['--quick-generate-key', userId, algorithm, usage, expires];
  const protect = ['--pinentry-mode', 'loopback', '--passphrase', passphrase];
  const { stderr, stdout } = await person.gpg([
    ...clockOf(options),
    ...protect,
    '--status-fd',
    '1',
    ...create,
  ]);
  const [, fingerprint] = /KEY_CREATED P ([0-9A-F]{40})/.exec(stdout) ?? [];
  if (fingerprint === undefined) throw new Error(`gpg made no key:\n${stdout}\n${stderr}`);
  return fingerprint;
}

/** Adds a subkey; its fingerprint, upper hex. */
export async function addGpgSubkey(
  person: Person,
  primary: string,
  options: GpgKeyOptions = {},
): Promise<string> {
  const { algorithm = 'ed25519', usage = 'sign', passphrase = '', expires = 'never' } = options;
  const create = ['--quick-add-key', primary, algorithm, usage, expires];
  const { stdout } = await person.gpg([
    ...clockOf(options),
    ...['--pinentry-mode', 'loopback', '--passphrase', passphrase, '--status-fd', '1'],
    ...create,
  ]);
  const [, fingerprint] = /KEY_CREATED S ([0-9A-F]{40})/.exec(stdout) ?? [];
  if (fingerprint === undefined) throw new Error(`gpg made no subkey:\n${stdout}`);
  return fingerprint;
}

/** Revokes a key with the certificate that gpg wrote when it made it: no reason given, so a hard revocation. */
export async function revokeGpgKey(person: Person, fingerprint: string): Promise<void> {
  const written = path.join(person.gnupgHome, 'openpgp-revocs.d', `${fingerprint}.rev`);
  // A colon keeps it from being imported by accident.
  const revocation = fs.readFileSync(written, 'utf8').replace(/^:-----BEGIN/m, '-----BEGIN');
  await person.gpg(['--import'], { input: revocation });
}

/** Answers gpg's menus with one line each. */
export function gpgDialogue(
  person: Person,
  args: readonly string[],
  answers: readonly string[],
): Promise<unknown> {
  const options: ExecOptions = { input: `${answers.join('\n')}\n` };
  return person.exec(
    'gpg',
    ['--no-tty', '--command-fd', '0', '--pinentry-mode', 'loopback', ...args],
    options,
  );
}

export async function exportGpg(person: Person, fingerprint: string): Promise<string> {
  return (await person.gpg(['--armor', '--export', fingerprint])).stdout;
}

export async function exportGpgSecret(person: Person, fingerprint: string, passphrase = ''): Promise<string> {
  const args = ['--armor', '--pinentry-mode', 'loopback', '--passphrase', passphrase, '--export-secret-keys'];
  return (await person.gpg([...args, fingerprint])).stdout;
}

function clockOf({ at }: GpgKeyOptions): readonly string[] {
  return at === undefined ? [] : ['--faked-system-time', `${at}!`];
}
