import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseSignatureHeader } from '../../src/intoto/signature.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import type { NewKey } from '../../src/openpgp/generate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import type { KeyError, Signer, SignerRequest } from '../../src/openpgp/signer.ts';
import { findSigner, findSigningKey } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { findUnlocked, unlock } from '../../src/openpgp/unlock.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, exportGpgSecret, gpgDialogue, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

const document = Buffer.from('{"_type":"link"}\r\n \xff', 'latin1');
const nobodyToAsk = { gpgProgram: 'there-is-no-such-gpg', mayPrompt: false };
const HOUR = 3600;

let person: Person;
let store: OwnKeyStore;

test.before.each(async () => {
  person = await makePerson('Alice');
  store = OwnKeyStore.open(person.env);
});

test.after.each(() => person.cleanup());

async function newKey(options: Partial<NewKey> = {}): Promise<string> {
  const { armoredSecret, certificate } = await generateKey({
    ...{ name: 'Alice', email: 'alice@example.org', type: 'ed25519' },
    ...options,
  });
  await store.import(armoredSecret);
  return certificate.fingerprint;
}

function request(choices: readonly string[], more: Partial<SignerRequest> = {}): SignerRequest {
  return { ...nobodyToAsk, choices, env: person.env, ...more };
}

async function signs({ sign, certificate, keyid }: Signer, hashAlgorithm = 8): Promise<void> {
  const { publicKey } = certificate;
  const signature = await sign(document);
  const used = publicKey.subkeys.get(keyid) ?? publicKey;
  assert.is(signature.keyid, keyid);
  assert.is(checkSignature(used, signature, document).good, true);
  assert.is(checkSignature(used, signature, Buffer.concat([document, Buffer.of(10)])).good, false);
  const header = parseSignatureHeader(signature.otherHeaders);
  assert.is(header.type, 0x00);
  assert.is(header.hashAlgorithm, hashAlgorithm);
  assert.is(header.issuerFingerprint, keyid);
}

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`an open ${type} key signs; the only key of the store needs no naming`, async () => {
    const fingerprint = await newKey({ type });
    const signer = await findSigner(request([]));
    assert.is(signer.fingerprint, fingerprint);
    assert.is(signer.name, 'Alice <alice@example.org>');
    assert.is(signer.keptIn, 'own-store');
    await signs(signer);
  });
}

for (const [algorithm, hash] of [
  ['rsa2048', 8],
  ['nistp256', 8],
  ['nistp384', 9],
  ['nistp521', 10],
] as const) {
  test(`a ${algorithm} key moved over from GnuPG signs over hash algorithm ${hash}`, async () => {
    const fingerprint = await makeGpgKey(person, 'Alice <alice@example.org>', { algorithm });
    await store.import(await exportGpgSecret(person, fingerprint));
    await signs(await findSigner(request([fingerprint])), hash);
  });
}

test('a hundred Ed25519 signatures and keys hold, whatever zeros their numbers begin with', async () => {
  await newKey();
  const signer = await findSigner(request([]));
  for (let round = 0; round < 100; round += 1) await signer.sign(Buffer.from([round]));
});

test('the newest signing subkey signs, or the one that is named', async () => {
  const primary = await makeGpgKey(person, 'Alice <alice@example.org>', {
    usage: 'cert',
    at: '20250101T000000',
  });
  const first = await addGpgSubkey(person, primary, { at: '20250201T000000' });
  const second = await addGpgSubkey(person, primary, { at: '20250301T000000' });
  await store.import(await exportGpgSecret(person, primary));
  assert.is((await findSigner(request(['Alice']))).keyid, second.toLowerCase());
  const named = await findSigner(request([first]));
  assert.is(named.keyid, first.toLowerCase());
  assert.is(named.fingerprint, primary);
  await signs(named);
  const error = await failure<KeyError>(findSigner(request([neighbourOf(primary)])));
  assert.is(error.reason, 'no-key');
});

/** Another fingerprint, one hex digit off. */
function neighbourOf(fingerprint: string): string {
  return `${fingerprint.slice(0, -1)}${fingerprint.endsWith('0') ? '1' : '0'}`;
}

test('a primary key kept offline does not matter where a subkey signs', async () => {
  const primary = await makeGpgKey(person, 'Alice <alice@example.org>');
  const subkey = await addGpgSubkey(person, primary);
  const { stdout } = await person.gpg(['--armor', '--export-secret-subkeys', primary]);
  await store.import(stdout);
  const signer = await findSigner(request([primary]));
  assert.is(signer.keyid, subkey.toLowerCase());
  await signs(signer);
});

test('no key at all, several, and one that does not exist are told apart', async () => {
  const none = await failure<KeyError>(findSigner(request([])));
  assert.is(none.reason, 'no-key');
  assert.match(none.hint ?? '', /git mlchain key new/);
  await newKey();
  const absent = await failure<KeyError>(findSigner(request(['bob@example.org'])));
  assert.is(absent.reason, 'no-key');
  assert.match(absent.message, /bob@example\.org/);
  await newKey();
  assert.is((await failure<KeyError>(findSigner(request([])))).reason, 'ambiguous');
  assert.is((await failure<KeyError>(findSigner(request(['Alice'])))).reason, 'ambiguous');
});

test('the first choice decides: another key never steps in for it', async () => {
  const fingerprint = await newKey();
  assert.is((await failure<KeyError>(findSigner(request(['gone', fingerprint])))).reason, 'no-key');
  assert.is((await findSigner(request([fingerprint, 'gone']))).fingerprint, fingerprint);
});

test('an expired and a revoked key do not sign, and say why; a fresh one does', async () => {
  const now = Math.floor(Date.now() / 1000);
  const expired = await newKey({ created: now - 2 * HOUR, expires: now - HOUR });
  const error = await failure<KeyError>(findSigner(request([expired])));
  assert.is(error.reason, 'unusable');
  assert.match(error.hint ?? '', /expired on \d{4}-/);
  await signs(await findSigner(request([await newKey({ created: now - 2 * HOUR, expires: now + HOUR })])));

  const revoked = await makeGpgKey(person, 'Rita <rita@example.org>');
  const file = person.at('rita.rev');
  await gpgDialogue(person, ['--output', file, '--gen-revoke', revoked], ['y', '3', '', 'y']);
  await person.gpg(['--import', file]);
  await store.import(await exportGpgSecret(person, revoked));
  assert.match((await failure<KeyError>(findSigner(request([revoked])))).hint ?? '', /revoked \(retired\)/);
});

test('a DSA key and one that only certifies do not sign', async () => {
  const dsa = await makeGpgKey(person, 'Dora <dora@example.org>', { algorithm: 'dsa2048' });
  const certifying = await makeGpgKey(person, 'Cora <cora@example.org>', { usage: 'cert' });
  for (const [fingerprint, why] of [
    [dsa, /DSA, which this tool reads/],
    [certifying, /do not allow signing/],
  ] as const) {
    await store.import(await exportGpgSecret(person, fingerprint));
    const error = await failure<KeyError>(findSigner(request([fingerprint])));
    assert.is(error.reason, 'unusable');
    assert.match(error.hint ?? '', why);
  }
});

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`a locked ${type} key without anybody to ask ends at once, and can still be named`, async () => {
    const fingerprint = await newKey({ type, passphrase: 'correct horse' });
    const error = await failure<KeyError>(findSigner(request([])));
    assert.is(error.code, 'key');
    assert.is(error.reason, 'locked');
    assert.match(error.message, /is locked/);
    assert.match(error.hint ?? '', /git mlchain key unlock/);
    assert.is((await findSigningKey(request([]))).fingerprint, fingerprint);
  });
}

test('a passphrase is asked for where that is allowed, three times at most', async () => {
  await newKey({ passphrase: 'correct horse' });
  const asked: string[] = [];
  const answers = ['wrong', 'correct horse'];
  const askPassphrase = async (who: string) => {
    asked.push(who);
    return answers.shift();
  };
  await signs(await findSigner(request([], { mayPrompt: true, askPassphrase })));
  assert.is(asked.length, 2);
  assert.match(asked[0] ?? '', /Alice <alice@example\.org>$/);

  const guess = async () => 'wrong';
  const wrong = await failure<KeyError>(findSigner(request([], { mayPrompt: true, askPassphrase: guess })));
  assert.is(wrong.reason, 'locked');
  assert.match(wrong.message, /no right passphrase/);
  const unasked = await failure<KeyError>(findSigner(request([], { mayPrompt: false, askPassphrase })));
  assert.is(unasked.reason, 'locked');
  assert.is(asked.length, 2);
});

test('MLCHAIN_PASSPHRASE_FILE opens a key by its first line', async () => {
  await newKey({ passphrase: 'correct horse' });
  const file = person.at('passphrase');
  const env = { ...person.env, MLCHAIN_PASSPHRASE_FILE: file };
  const missing = await failure<KeyError>(findSigner(request([], { env })));
  assert.is(missing.reason, 'locked');
  assert.match(missing.message, /cannot be read/);
  fs.writeFileSync(file, 'wrong\n');
  assert.match((await failure<KeyError>(findSigner(request([], { env })))).message, /is not the right one/);
  fs.writeFileSync(file, 'correct horse\nsecond line\n');
  await signs(await findSigner(request([], { env })));
});

test('an unlocked copy signs without asking, until its time is over; then it is gone', async () => {
  await newKey({ passphrase: 'correct horse' });
  const key = await store.find('Alice');
  assert.ok(key);
  const source = { env: person.env, mayPrompt: true, askPassphrase: async () => 'correct horse' };
  await unlock(key, Date.now() + HOUR * 1000, source);
  await signs(await findSigner(request([])));

  const dir = person.at('run/git-mlchain');
  const [file = ''] = fs.readdirSync(dir);
  assert.is(fs.statSync(dir).mode & 0o777, 0o700);
  assert.is(fs.statSync(`${dir}/${file}`).mode & 0o777, 0o600);

  await unlock(key, Date.now() - 1, source);
  assert.is((await failure<KeyError>(findSigner(request([])))).reason, 'locked');
  assert.equal(fs.readdirSync(dir), []);
  assert.is(await findUnlocked(key, person.env, Date.now()), undefined);
});

test('attack: an unlocked copy planted where others could write is not used', async () => {
  await newKey({ passphrase: 'correct horse' });
  const key = await store.find('Alice');
  assert.ok(key);
  const source = { env: person.env, mayPrompt: true, askPassphrase: async () => 'correct horse' };
  const dir = person.at('run/git-mlchain');
  fs.mkdirSync(dir);
  fs.chmodSync(dir, 0o777);
  const error = await failure<KeyError>(unlock(key, Date.now() + 1000, source));
  assert.is(error.reason, 'unusable');
  assert.match(error.message, /open to others/);
  assert.equal(fs.readdirSync(dir), []);
  const planted = await failure<KeyError>(findSigner(request([])));
  assert.is(planted.reason, 'unusable');
  fs.chmodSync(dir, 0o700);
  assert.is((await failure<KeyError>(findSigner(request([])))).reason, 'locked');
});

test('without a runtime directory of the session, the copy lies in one of the user below the temporary one', async () => {
  await newKey({ passphrase: 'correct horse' });
  const key = await store.only();
  const env = { ...person.env, XDG_RUNTIME_DIR: undefined, TMPDIR: person.at('tmp') };
  const source = { env, mayPrompt: true, askPassphrase: async () => 'correct horse' };
  await unlock(key, Date.now() + HOUR * 1000, source);
  const dir = path.join(person.at('tmp'), `git-mlchain-${os.userInfo().uid}`);
  const file = path.join(dir, `${key.certificate.fingerprint}.unlocked`);
  assert.is(fs.statSync(dir).mode & 0o777, 0o700);
  assert.is(fs.statSync(file).mode & 0o777, 0o600);
  await signs(await findSigner(request([], { env })));
});

test('an unlocked copy with a broken end of time is stale', async () => {
  await newKey({ passphrase: 'correct horse' });
  const key = await store.find('Alice');
  assert.ok(key);
  const source = { env: person.env, mayPrompt: true, askPassphrase: async () => 'correct horse' };
  await unlock(key, Date.now() + HOUR * 1000, source);
  const dir = person.at('run/git-mlchain');
  const [file = ''] = fs.readdirSync(dir);
  const text = fs.readFileSync(`${dir}/${file}`, 'utf8');
  fs.writeFileSync(`${dir}/${file}`, text.replace(/UNTIL \d+/, 'UNTIL next year'));
  assert.is((await failure<KeyError>(findSigner(request([])))).reason, 'locked');
});

test('a key with a passphrase that GnuPG made opens here', async () => {
  const passphrase = 'Öffne dich';
  const fingerprint = await makeGpgKey(person, 'Alice <alice@example.org>', { passphrase });
  await addGpgSubkey(person, fingerprint, { passphrase });
  await store.import(await exportGpgSecret(person, fingerprint, passphrase));
  const signer = await findSigner(request([], { mayPrompt: true, askPassphrase: async () => passphrase }));
  await signs(signer);
});

test.run();
