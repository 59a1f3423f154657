import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateKey } from '../../src/openpgp/generate.ts';
import type { KeyError } from '../../src/openpgp/key-error.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { asMaps } from '../support/as-maps.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, exportGpg, exportGpgSecret, gpgDialogue, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';

let scratch: Scratch;
let store: OwnKeyStore;

test.before.each(() => {
  scratch = makeScratch();
  store = OwnKeyStore.open({ XDG_DATA_HOME: scratch.path });
});

test.after.each(() => scratch.cleanup());

async function newKey(name: string): Promise<string> {
  const email = `${name.toLowerCase()}@example.org`;
  const { armoredSecret, certificate } = await generateKey({ name, email, type: 'ed25519' });
  await store.import(armoredSecret);
  return certificate.fingerprint;
}

test('the store lies below XDG_DATA_HOME, else below the home directory', () => {
  assert.is(OwnKeyStore.open({ XDG_DATA_HOME: '/data', HOME: '/h' }).directory, '/data/git-mlchain/keys');
  assert.is(OwnKeyStore.open({ HOME: '/h' }).directory, '/h/.local/share/git-mlchain/keys');
  assert.is(
    OwnKeyStore.open({ XDG_DATA_HOME: 'x', HOME: '/h' }).directory,
    '/h/.local/share/git-mlchain/keys',
  );
});

test('an empty store is empty, and looking makes no directory', async () => {
  assert.equal(await store.list(), []);
  assert.is(await store.find('alice'), undefined);
  assert.not(fs.existsSync(store.directory));
});

test('keys lie in files of their own that only their user can read, and no draft is left', async () => {
  const fingerprint = await newKey('Alice');
  assert.is(fs.statSync(store.directory).mode & 0o777, 0o700);
  const files = fs.readdirSync(store.directory).toSorted();
  assert.equal(files, [`${fingerprint}.asc`, `${fingerprint}.judged`]);
  for (const file of files) assert.is(fs.statSync(path.join(store.directory, file)).mode & 0o777, 0o600);
});

test('a key is found by fingerprint, its end, user id and address', async () => {
  const fingerprint = await newKey('Alice');
  await newKey('Bob');
  const spaced = fingerprint.replace(/(.{4})/g, '$1 ').trim();
  const choices = [
    fingerprint,
    fingerprint.toLowerCase(),
    `0x${fingerprint.slice(-16)}`,
    spaced,
    `${fingerprint}!`,
  ];
  for (const choice of [...choices, 'alice@example.org', 'Alice', '<ALICE@']) {
    assert.is((await store.find(choice))?.certificate.fingerprint, fingerprint, choice);
  }
});

test('a short key id names nothing: anybody can make a key with that end', async () => {
  const fingerprint = await newKey('Alice');
  assert.is(await store.find(fingerprint.slice(-8)), undefined);
  assert.is(await store.find(fingerprint.slice(-15)), undefined);
});

test('a choice that fits several keys is refused and lists them', async () => {
  const [alice, bob] = [await newKey('Alice'), await newKey('Bob')];
  const error = await failure<KeyError>(store.find('example.org'));
  assert.is(error.reason, 'ambiguous');
  assert.ok(error.hint?.includes(alice) && error.hint.includes(bob));
});

test('taking the same key in again changes nothing', async () => {
  const { armoredSecret } = await generateKey({ name: 'Alice', email: 'a@example.org', type: 'ed25519' });
  assert.equal(changes(await store.import(armoredSecret)), ['added']);
  assert.equal(changes(await store.import(armoredSecret)), ['unchanged']);
});

function changes(imported: readonly { readonly change: string }[]): readonly string[] {
  return imported.map(({ change }) => change);
}

test('what is no secret key, or a certificate of somebody else, is refused', async () => {
  const { certificate } = await generateKey({ name: 'Alice', email: 'a@example.org', type: 'ed25519' });
  const error = await failure<KeyError>(store.import(certificate.armored));
  assert.is(error.reason, 'no-key');
  assert.match(error.message, /certificate alone/);
  assert.match(
    (await failure<KeyError>(store.import('hello'))).message,
    /expected an OpenPGP secret key, found none/,
  );
  assert.equal(await store.list(), []);
});

test('a key file that others can read is refused, with the command that mends it', async () => {
  const fingerprint = await newKey('Alice');
  const file = path.join(store.directory, `${fingerprint}.asc`);
  fs.chmodSync(file, 0o644);
  const error = await failure<KeyError>(store.find('Alice'));
  assert.is(error.reason, 'unusable');
  assert.match(error.message, /open to others \(mode 644\)/);
  assert.is(error.hint, `chmod go= '${file}'`);
  fs.chmodSync(file, 0o600);
  assert.ok(await store.find('Alice'));
});

test('attack: a symbolic link in place of a key file is not followed', async () => {
  const fingerprint = await newKey('Alice');
  const file = path.join(store.directory, `${fingerprint}.asc`);
  fs.renameSync(file, scratch.write('elsewhere', ''));
  fs.symlinkSync(path.join(scratch.path, 'elsewhere'), file);
  assert.match((await failure<KeyError>(store.find(fingerprint))).message, /symbolic link/);
});

test('a remembered judgement is used only for the very file it was made of', async () => {
  const [alice, bob] = [await newKey('Alice'), await newKey('Bob')];
  const judged = (fingerprint: string) => path.join(store.directory, `${fingerprint}.judged`);
  const before = await store.find(alice);
  fs.copyFileSync(judged(bob), judged(alice));
  assert.equal(asMaps((await store.find(alice))?.certificate), asMaps(before?.certificate));
  fs.rmSync(judged(alice));
  assert.equal(asMaps((await store.find(alice))?.certificate), asMaps(before?.certificate));
  assert.ok(fs.existsSync(judged(alice)));
});

test("attack: another key under somebody's file name is not taken for theirs", async () => {
  const [alice, bob] = [await newKey('Alice'), await newKey('Bob')];
  fs.copyFileSync(path.join(store.directory, `${bob}.asc`), path.join(store.directory, `${alice}.asc`));
  assert.match((await failure<KeyError>(store.find(alice))).message, /found another/);
});

const gnupg = { person: undefined as Person | undefined };

test('a key of GnuPG comes over whole; a newer certificate of it is merged in', async () => {
  const person = await makePerson('Gina');
  gnupg.person = person;
  const primary = await makeGpgKey(person, 'Gina <gina@example.org>');
  const subkey = await addGpgSubkey(person, primary);
  assert.equal(changes(await store.import(await exportGpgSecret(person, primary))), ['added']);
  const found = await store.find(subkey);
  assert.is(found?.certificate.fingerprint, primary);
  assert.is(found?.subkey, subkey.toLowerCase());

  await person.gpg(['--quick-add-uid', primary, 'Gina <gina@new.example.org>']);
  const file = person.at('gina.rev');
  await gpgDialogue(person, ['--output', file, '--gen-revoke', primary], ['y', '3', '', 'y']);
  await person.gpg(['--import', file]);
  assert.equal(changes(await store.import(await exportGpg(person, primary))), ['updated']);
  const updated = await store.find('gina@new.example.org');
  assert.is(updated?.certificate.keys.get(primary.toLowerCase())?.revocation?.kind, 'soft');
  assert.is(updated?.secret.primary.packet.tag, 5);
  assert.equal(changes(await store.import(await exportGpg(person, primary))), ['unchanged']);
});

test('a stub of a secret key does not replace the real one', async () => {
  const person = gnupg.person;
  assert.ok(person);
  const [primary = ''] =
    (await person.gpg(['--list-keys', '--with-colons'])).stdout.match(/[0-9A-F]{40}/) ?? [];
  await store.import(await exportGpgSecret(person, primary));
  const before = (await store.find(primary))?.secret.primary.packet;
  const { stdout: stub } = await person.gpg(['--armor', '--export-secret-subkeys', primary]);
  await store.import(stub);
  assert.equal((await store.find(primary))?.secret.primary.packet, before);
});

test.after(async () => gnupg.person?.cleanup());

test.run();
