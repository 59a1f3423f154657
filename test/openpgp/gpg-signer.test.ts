import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseSignatureHeader } from '../../src/intoto/signature.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import type { KeyError, Signer, SignerRequest } from '../../src/openpgp/signer.ts';
import { findSigner, findSigningKey } from '../../src/openpgp/signer.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, gpgDialogue, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

const document = Buffer.from('{"_type":"link"}\r\n \xff', 'latin1');
let person: Person;

test.before.each(async () => {
  person = await makePerson('Gina');
});

test.after.each(() => person.cleanup());

function request(choice: string, more: Partial<SignerRequest> = {}): SignerRequest {
  return { choices: [choice], gpgProgram: 'gpg', mayPrompt: false, env: person.env, ...more };
}

async function signs({ sign, certificate, keyid, keptIn }: Signer, hashAlgorithm = 8): Promise<void> {
  assert.is(keptIn, 'gnupg');
  const { publicKey } = certificate;
  const signature = await sign(document);
  assert.is(signature.keyid, keyid);
  assert.is(checkSignature(publicKey.subkeys.get(keyid) ?? publicKey, signature, document).good, true);
  const header = parseSignatureHeader(signature.otherHeaders);
  assert.is(header.type, 0x00);
  assert.is(header.hashAlgorithm, hashAlgorithm);
  assert.is(header.expiresAfter, undefined);
}

for (const [algorithm, hash] of [
  ['ed25519', 8],
  ['rsa2048', 8],
  ['nistp256', 8],
  ['nistp521', 10],
] as const) {
  test(`a ${algorithm} key of GnuPG signs, named by fingerprint, key id, user id or address`, async () => {
    const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { algorithm });
    const choices = [
      fingerprint,
      `0x${fingerprint.slice(-16)}`,
      'Gina',
      'gina@example.org',
      `${fingerprint}!`,
    ];
    for (const choice of choices) {
      const signer = await findSigner(request(choice));
      assert.is(signer.fingerprint, fingerprint, choice);
      assert.is(signer.name, 'Gina <gina@example.org>');
    }
    await signs(await findSigner(request(fingerprint)), hash);
  });
}

test('the newest signing subkey signs, or the very one that is named', async () => {
  const primary = await makeGpgKey(person, 'Gina <gina@example.org>', {
    usage: 'cert',
    at: '20250101T000000',
  });
  const first = await addGpgSubkey(person, primary, { at: '20250201T000000' });
  const second = await addGpgSubkey(person, primary, { algorithm: 'rsa2048', at: '20250301T000000' });
  for (const [choice, keyid] of [
    [primary, second],
    ['gina@example.org', second],
    [first, first],
  ] as const) {
    const signer = await findSigner(request(choice));
    assert.is(signer.keyid, keyid.toLowerCase());
    assert.is(signer.fingerprint, primary);
    await signs(signer);
  }
});

test('a subkey whose secret part is elsewhere is passed over', async () => {
  const primary = await makeGpgKey(person, 'Gina <gina@example.org>', { at: '20250101T000000' });
  const subkey = await addGpgSubkey(person, primary);
  const { stdout } = await person.gpg(['--with-keygrip', '--with-colons', '--list-keys', primary]);
  const grips = [...stdout.matchAll(/^grp:+([0-9A-F]{40}):/gm)].map(([, grip]) => grip);
  fs.rmSync(person.at('.gnupg/private-keys-v1.d', `${grips[1]}.key`));
  await signs(await findSigner(request(primary)));
  const error = await failure<KeyError>(findSigner(request(subkey)));
  assert.match(error.hint ?? '', /its secret part is not here/);
});

test('what the user wrote into gpg.conf changes no octet of the format', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>');
  const settings = [
    'armor',
    'textmode',
    'digest-algo SHA512',
    'default-sig-expire 1d',
    'verbose',
    'comment hi',
  ];
  fs.writeFileSync(person.at('.gnupg/gpg.conf'), `${settings.join('\n')}\n`);
  await signs(await findSigner(request(fingerprint)));
});

test('a locked key without a terminal ends at once: locked, with what to do', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { passphrase: 'correct horse' });
  await person.exec('gpgconf', ['--kill', 'all']);
  const signer = await findSigner(request(fingerprint));
  const error = await failure<KeyError>(signer.sign(document));
  assert.is(error.reason, 'locked');
  assert.match(error.message, /Gina <gina@example\.org> is locked/);
  assert.match(error.hint ?? '', /MLCHAIN_PASSPHRASE_FILE/);
});

test('what gpg-agent remembers is used without asking', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { passphrase: 'correct horse' });
  await person.exec('gpgconf', ['--kill', 'all']);
  const file = person.at('passphrase');
  fs.writeFileSync(file, 'correct horse\n');
  const open = ['--pinentry-mode', 'loopback', '--passphrase-file', file, '--detach-sign', '-u', fingerprint];
  await person.gpg(open, { input: 'anything' });
  await signs(await findSigner(request(fingerprint)));
});

test('MLCHAIN_PASSPHRASE_FILE opens a key of GnuPG, too; a wrong one is locked', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { passphrase: 'correct horse' });
  await person.exec('gpgconf', ['--kill', 'all']);
  const file = person.at('passphrase');
  const env = { ...person.env, MLCHAIN_PASSPHRASE_FILE: file };
  fs.writeFileSync(file, 'wrong\n');
  const signer = await findSigner(request(fingerprint, { env }));
  assert.is((await failure<KeyError>(signer.sign(document))).reason, 'locked');
  fs.writeFileSync(file, 'correct horse\n');
  await signs(signer);
});

test('expired, revoked and certifying keys do not sign; ambiguous and unknown names are told apart', async () => {
  const expired = await makeGpgKey(person, 'Xenia <xenia@example.org>', {
    expires: '1y',
    at: '20200101T000000',
  });
  const revoked = await makeGpgKey(person, 'Rita <rita@example.org>');
  const file = person.at('rita.rev');
  await gpgDialogue(person, ['--output', file, '--gen-revoke', revoked], ['y', '2', '', 'y']);
  await person.gpg(['--import', file]);
  const certifying = await makeGpgKey(person, 'Cora <cora@example.org>', { usage: 'cert' });
  for (const [choice, why] of [
    [expired, /expired on 2020-12-31/],
    [revoked, /revoked \(superseded\)/],
    [certifying, /do not allow signing/],
  ] as const) {
    const error = await failure<KeyError>(findSigner(request(choice)));
    assert.is(error.reason, 'unusable');
    assert.match(error.hint ?? '', why);
  }
  const many = await failure<KeyError>(findSigner(request('example.org')));
  assert.is(many.reason, 'ambiguous');
  assert.ok(many.hint?.includes(`${revoked} Rita <rita@example.org>`));
  assert.is((await failure<KeyError>(findSigner(request('nobody@example.org')))).reason, 'no-key');
});

test('a choice that looks like an option is a name and nothing else', async () => {
  await makeGpgKey(person, 'Gina <gina@example.org>');
  const error = await failure<KeyError>(findSigner(request('--version')));
  assert.is(error.reason, 'no-key');
});

test('without gpg there is no such key, and no stack trace either', async () => {
  const error = await failure<KeyError>(findSigner(request('gina', { gpgProgram: 'there-is-no-such-gpg' })));
  assert.is(error.reason, 'no-key');
});

test('attack or accident: a gpg that signs something else is caught before anything is recorded', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>');
  const gpgProgram = person.at('bin/other-gpg');
  const script =
    '#!/bin/sh\ncase "$*" in *--detach-sign*) cat >/dev/null; echo other | gpg "$@";; *) gpg "$@";; esac\n';
  fs.writeFileSync(gpgProgram, script, { mode: 0o755 });
  const signer = await findSigner(request(fingerprint, { gpgProgram }));
  const error = await failure<KeyError>(signer.sign(document));
  assert.is(error.reason, 'unusable');
  assert.match(error.message, /the signature just made .* is not good/);
});

test('a gpg that fails or writes nonsense is gpg-failed or malformed, in its own words', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>');
  const gpgProgram = person.at('bin/broken-gpg');
  const script =
    '#!/bin/sh\ncase "$*" in *--detach-sign*) echo "gpg: the sky fell" >&2; exit 2;; *) gpg "$@";; esac\n';
  fs.writeFileSync(gpgProgram, script, { mode: 0o755 });
  const signer = await findSigner(request(fingerprint, { gpgProgram }));
  const error = await failure<KeyError>(signer.sign(document));
  assert.is(error.reason, 'gpg-failed');
  assert.match(error.message, /the sky fell/);
});

test('which key would sign is known without opening it', async () => {
  const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { passphrase: 'correct horse' });
  await person.exec('gpgconf', ['--kill', 'all']);
  assert.is((await findSigningKey(request('gina'))).fingerprint, fingerprint);
});

test.run();
