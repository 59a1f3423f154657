import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { exportGpg, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

let person: Person;

test.before.each(async () => {
  person = await makePerson('Olivia');
});

test.after.each(() => person.cleanup());

async function newKey(...args: readonly string[]): Promise<string> {
  const { stdout } = await person.mlchain(['key', 'new', ...args]);
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

function withPassphrase(text: string): { env: Record<string, string> } {
  fs.writeFileSync(person.at('passphrase'), `${text}\n`);
  return { env: { MLCHAIN_PASSPHRASE_FILE: person.at('passphrase') } };
}

test('key new says the fingerprint last and takes the name from git', async () => {
  const fingerprint = await newKey('--no-passphrase');
  assert.match(fingerprint, /^[0-9A-F]{40}$/);
  const listed = JSON.parse((await person.mlchain(['key', 'list', '--json'])).stdout);
  assert.is(listed.length, 1);
  const { created, ...key } = listed[0];
  assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(key, {
    fingerprint,
    userIds: ['Olivia <olivia@example.org>'],
    type: 'eddsa-ed25519',
    expires: null,
    revoked: null,
    passphrase: false,
    unlockedUntil: null,
  });
});

test('key new takes name, address, type and an end', async () => {
  const rsa = ['--type', 'rsa3072', '--expires', '2y', '--no-passphrase', '--json'];
  const { stdout } = await person.mlchain(['key', 'new', '--name', 'O', '--email', 'o@example.net', ...rsa]);
  const key = JSON.parse(stdout);
  assert.equal(key.userIds, ['O <o@example.net>']);
  assert.is(key.type, 'rsa-pkcsv1.5');
  const years = (Date.parse(key.expires) - Date.parse(key.created)) / (365 * 86_400_000);
  assert.ok(years > 1.99 && years < 2.01);
});

test('key new refuses what makes no key, with exit code 2', async () => {
  const cases = [
    [['key', 'new'], /no terminal to ask for a passphrase[\s\S]*MLCHAIN_PASSPHRASE_FILE/],
    [['key', 'new', '--no-passphrase', '--type', 'rsa1024'], /expected ed25519, rsa3072/],
    [['key', 'new', '--no-passphrase', '--email', 'nobody'], /expected a mail address/],
    [['key', 'new', '--no-passphrase', '--name', 'A <b@c> D'], /expected a name without/],
    [['key', 'new', '--no-passphrase', '--expires', 'tomorrow'], /expected a time span/],
  ] as const;
  for (const [args, words] of cases) {
    assert.match((await person.mlchain(args, { code: 2 })).stderr, words);
  }
  await person.git(['config', '--global', '--unset', 'user.name']);
  assert.match((await person.mlchain(['key', 'new', '--no-passphrase'], { code: 2 })).stderr, /--name/);
  assert.equal(JSON.parse((await person.mlchain(['key', 'list', '--json'])).stdout), []);
});

test('key list without keys says how to make one', async () => {
  assert.match((await person.mlchain(['key', 'list'])).stdout, /git mlchain key new/);
});

test('key export hands out the certificate, never the secret unless asked; import takes that elsewhere', async () => {
  const fingerprint = await newKey('--no-passphrase');
  const { stdout: armored } = await person.mlchain(['key', 'export', fingerprint]);
  const [certificate] = await readCertificates(armored);
  assert.is(certificate?.fingerprint, fingerprint);

  const { stdout: secret, stderr } = await person.mlchain(['key', 'export', fingerprint, '--secret']);
  assert.match(secret, /^-----BEGIN PGP PRIVATE KEY BLOCK-----/);
  assert.match(stderr, /keep it to yourself/);
  const laptop = await makePerson('Olivia');
  await laptop.mlchain(['key', 'import', '-'], { input: secret });
  assert.is((await laptop.mlchain(['key', 'export', fingerprint])).stdout, armored);
  const again = await laptop.mlchain(['key', 'import', '-'], { input: secret });
  assert.match(again.stdout, /was there already/);
  const refused = await laptop.mlchain(['key', 'import', '-'], {
    input: armored.replace(/[\s\S]*/, 'hello'),
    code: 1,
  });
  assert.match(refused.stderr, /expected an OpenPGP secret key/);
  await laptop.cleanup();
});

test('key export finds the certificate of a GnuPG key, but not its secret', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>');
  const { stdout } = await person.mlchain(['key', 'export', fingerprint]);
  assert.equal(await readCertificates(stdout), await readCertificates(await exportGpg(person, fingerprint)));
  const secret = await person.mlchain(['key', 'export', fingerprint, '--secret'], { code: 1 });
  assert.match(secret.stderr, /gpg --export-secret-keys/);
  const unknown = await person.mlchain(['key', 'export', '0'.repeat(40)], { code: 1 });
  assert.match(unknown.stderr, /no key fits/);
});

test('key import names a file that is not there, and what is no key', async () => {
  assert.match(
    (await person.mlchain(['key', 'import', 'gone.asc'], { code: 2 })).stderr,
    /cannot read 'gone.asc'/,
  );
  fs.writeFileSync(person.at('junk.asc'), '-----BEGIN PGP PRIVATE KEY BLOCK-----\n');
  assert.match(
    (await person.mlchain(['key', 'import', 'junk.asc'], { code: 2 })).stderr,
    /malformed OpenPGP data/,
  );
});

test('key unlock opens a key for a while; a wrong passphrase opens nothing', async () => {
  const right = withPassphrase('correct horse');
  const { stdout } = await person.mlchain(['key', 'new', '--json'], right);
  assert.is(JSON.parse(stdout).passphrase, true);
  assert.match((await person.mlchain(['key', 'unlock'], { code: 1 })).stderr, /locked[\s\S]*nobody to ask/);
  const wrong = await person.mlchain(['key', 'unlock'], { ...withPassphrase('wrong'), code: 1 });
  assert.match(wrong.stderr, /is not the right one/);
  await person.mlchain(['key', 'unlock', '--for', '1h'], withPassphrase('correct horse'));
  const [key] = JSON.parse((await person.mlchain(['key', 'list', '--json'])).stdout);
  const left = Date.parse(key.unlockedUntil) - Date.now();
  assert.ok(left > 3_500_000 && left <= 3_600_000, `${left}`);
});

test('key unlock of an open key has nothing to do, and says so', async () => {
  await newKey('--no-passphrase');
  assert.match((await person.mlchain(['key', 'unlock'])).stdout, /has no passphrase/);
});

test('key revoke writes the revoked certificate; nothing happens without a reason and a yes', async () => {
  const fingerprint = await newKey('--no-passphrase');
  assert.match(
    (await person.mlchain(['key', 'revoke', fingerprint], { code: 2 })).stderr,
    /expected --reason/,
  );
  const revoke = ['key', 'revoke', fingerprint, '--reason', 'retired'];
  assert.match((await person.mlchain(revoke, { code: 2 })).stderr, /--yes/);
  const { stdout } = await person.mlchain([...revoke, '--yes']);
  const [certificate] = await readCertificates(stdout);
  assert.is(certificate?.keys.get(fingerprint.toLowerCase())?.revocation?.kind, 'soft');
  const [listed] = JSON.parse((await person.mlchain(['key', 'list', '--json'])).stdout);
  assert.is(listed.revoked.reason, 'retired');
  assert.match((await person.mlchain(['key', 'list'])).stdout, /revoked \d{4}-\d\d-\d\d: retired/);
});

test('a name that carries terminal escapes is shown, not done', async () => {
  const fingerprint = await makeGpgKey(person, 'Eve \u202Egpj.exe <eve@example.org>');
  const secret = await person.gpg(['--armor', '--export-secret-keys', fingerprint]);
  const { stdout } = await person.mlchain(['key', 'import', '-'], { input: secret.stdout });
  assert.not.match(stdout, /\u202E/);
});

test.run();
