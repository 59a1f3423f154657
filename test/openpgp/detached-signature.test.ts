import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseJson } from '../../src/intoto/json.ts';
import { signatureFromJson } from '../../src/intoto/signature.ts';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { detachedSignature } from '../../src/openpgp/detached-signature.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { signatureFromPacket } from '../../src/openpgp/signature-packet.ts';
import { findSigner } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson, vectorsDir } from '../support/person.ts';

const alice = await makePerson('Alice');
const reader = await makePerson('Reader');
test.after(async () => {
  await Promise.all([alice.cleanup(), reader.cleanup()]);
});

const text = Buffer.from('what was signed');

/** `gpg --verify` by somebody who has only the certificate. */
async function gpgAccepts(certificate: string, packet: Buffer, signed: Uint8Array): Promise<boolean> {
  await reader.gpg(['--import'], { input: certificate });
  fs.writeFileSync(reader.at('signature'), packet);
  fs.writeFileSync(reader.at('text'), signed);
  const { code } = await reader.gpg(['--verify', reader.at('signature'), reader.at('text')], { code: 'any' });
  return code === 0;
}

async function signatureBy(person: Person, choice: string) {
  const request = { choices: [choice], gpgProgram: 'gpg', env: person.env, mayPrompt: false };
  const signer = await findSigner(request);
  return { signer, signature: await signer.sign(text) };
}

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`gpg takes the signature of an own key, ${type}, and not over another text`, async () => {
    const { armoredSecret, certificate } = await generateKey({
      name: type,
      email: `${type}@example.org`,
      type,
    });
    await OwnKeyStore.open(alice.env).import(armoredSecret);
    const { signature, signer } = await signatureBy(alice, certificate.fingerprint);
    const packet = detachedSignature(signature, text);
    assert.ok(await gpgAccepts(signer.certificate.armored, packet, text));
    assert.not(await gpgAccepts(signer.certificate.armored, packet, Buffer.from('something else')));
  });
}

for (const algorithm of ['ed25519', 'rsa2048', 'nistp256', 'nistp384', 'nistp521']) {
  test(`what gpg signed with ${algorithm} goes there and back`, async () => {
    const fingerprint = await makeGpgKey(alice, `${algorithm} <${algorithm}@example.org>`, { algorithm });
    const { signature, signer } = await signatureBy(alice, fingerprint);
    const packet = detachedSignature(signature, text);
    const [certificate] = await readCertificates(signer.certificate.armored);
    const size = { nistp256: 32, nistp384: 48, nistp521: 66 }[algorithm] ?? 32;
    assert.equal(signatureFromPacket(packet, size), signature);
    assert.ok(await gpgAccepts(certificate?.armored ?? '', packet, text));
  });
}

test('the vectors’ signatures are written as they were read; DSA signs nothing here', () => {
  const rows = fs.readFileSync(path.join(vectorsDir, 'sig-packets.jsonl'), 'utf8').trim().split('\n');
  const parsed = rows.map((row) => JSON.parse(row) as { key: string; sig: object });
  for (const { key, sig } of parsed) {
    const signature = signatureFromJson(parseJson(JSON.stringify(sig)));
    if (key.startsWith('dsa')) assert.throws(() => detachedSignature(signature, text), /found number 17/);
    else assert.equal(signatureFromPacket(detachedSignature(signature, text)), signature);
  }
  assert.ok(parsed.some(({ key }) => key.startsWith('dsa')));
});

test.run();
