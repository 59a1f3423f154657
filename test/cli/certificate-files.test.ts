import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCertificate, readKeyFiles, saveKeyFile } from '../../src/cli/certificate-files.ts';
import type { Certificate } from '../../src/openpgp/certificate.ts';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { makeContext } from '../support/context.ts';
import { failure } from '../support/failure.ts';
import { exportGpg, gpgDialogue, makeGpgKey, revokeGpgKey } from '../support/gpg.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

interface Story {
  clone: WorkingClone;
  /** A key in the GnuPG keyring of whoever works here. */
  alice: string;
}

const files = suite<Story>('certificate files');

files.before.each(async (story) => {
  story.clone = await makeClone();
  story.alice = await makeGpgKey(story.clone.person, 'Alice <alice@example.org>');
});

files.after.each(({ clone }) => clone.cleanup());

async function certificateOf({ clone, alice }: Story): Promise<Certificate> {
  const [certificate] = await readCertificates(await exportGpg(clone.person, alice));
  if (certificate === undefined) throw new Error('no certificate');
  return certificate;
}

function keyFile({ clone, alice }: Story): string {
  return path.join(clone.path, '.mlchain/keys', `${alice}.asc`);
}

files('a certificate is kept under its fingerprint, and read back', async (story) => {
  const certificate = await certificateOf(story);
  await saveKeyFile(story.clone.path, certificate);
  const { context } = makeContext(story.clone);
  const [read] = await readKeyFiles(story.clone.path, context);
  assert.is(read?.fingerprint, story.alice);
  assert.equal(fs.readdirSync(path.dirname(keyFile(story))), [`${story.alice}.asc`]);
});

files('an older copy cannot take back a revocation that is kept (threat 47)', async (story) => {
  const old = await certificateOf(story);
  await revokeGpgKey(story.clone.person, story.alice);
  await saveKeyFile(story.clone.path, await certificateOf(story));
  const before = fs.readFileSync(keyFile(story), 'utf8');
  await saveKeyFile(story.clone.path, old);
  assert.is(fs.readFileSync(keyFile(story), 'utf8'), before);
  const [kept] = await readCertificates(before);
  assert.is(kept?.keys.get(story.alice.toLowerCase())?.revocation?.kind, 'hard');
});

files('the twin: a revocation that is new joins the copy that is kept', async (story) => {
  await saveKeyFile(story.clone.path, await certificateOf(story));
  await revokeGpgKey(story.clone.person, story.alice);
  await saveKeyFile(story.clone.path, await certificateOf(story));
  const [kept] = await readCertificates(fs.readFileSync(keyFile(story)));
  assert.is(kept?.keys.get(story.alice.toLowerCase())?.revocation?.kind, 'hard');
});

files('a file that says nothing new is not touched', async (story) => {
  const certificate = await certificateOf(story);
  await saveKeyFile(story.clone.path, certificate);
  const past = new Date(2020, 1, 1);
  fs.utimesSync(keyFile(story), past, past);
  await saveKeyFile(story.clone.path, certificate);
  assert.is(fs.statSync(keyFile(story)).mtimeMs, past.getTime());
});

files('where no directory is, there are no certificates', async ({ clone }) => {
  assert.equal(await readKeyFiles(clone.path, makeContext(clone).context), []);
});

files('a fingerprint is found in GnuPG, secret key or not', async (story) => {
  const { clone, alice } = story;
  const { context } = makeContext(clone);
  assert.is((await findCertificate(clone.repo, context, alice)).fingerprint, alice);
  await gpgDialogue(clone.person, ['--yes', '--delete-secret-keys', alice], ['y', 'y']);
  assert.is((await findCertificate(clone.repo, context, alice)).fingerprint, alice);
});

files('a fingerprint is found in .mlchain/keys where there is no GnuPG', async (story) => {
  const { clone, alice } = story;
  await saveKeyFile(clone.path, await certificateOf(story));
  await clone.git('config', 'gpg.program', clone.person.at('no-such-gpg'));
  const repo = await clone.reopen();
  assert.is((await findCertificate(repo, makeContext(clone).context, alice)).fingerprint, alice);
  const error = await failure(findCertificate(repo, makeContext(clone).context, 'B'.repeat(40)));
  assert.is(error.code, 'input');
  assert.match(error.message, /there is no certificate of B{40} here/);
});

files('the fingerprint of a subkey names no certificate', async ({ clone, alice }) => {
  const { context } = makeContext(clone);
  await clone.person.gpg([
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
    '--quick-add-key',
    alice,
    'ed25519',
    'sign',
    'never',
  ]);
  const { stdout } = await clone.person.gpg([
    '--with-colons',
    '--with-subkey-fingerprints',
    '--list-keys',
    alice,
  ]);
  const [, subkey = ''] = stdout.match(/^fpr:+[0-9A-F]{40}/gm)?.map((line) => line.slice(-40)) ?? [];
  assert.match(subkey, /^[0-9A-F]{40}$/);
  assert.match(
    (await failure(findCertificate(clone.repo, context, subkey))).message,
    /there is no certificate of/,
  );
});

files('a file is looked for from where the user stands', async (story) => {
  const { clone, alice } = story;
  clone.write('people/alice.asc', await exportGpg(clone.person, alice));
  const { context } = makeContext(clone);
  const from = { ...context, cwd: path.join(clone.path, 'people') };
  assert.is((await findCertificate(clone.repo, from, 'alice.asc')).fingerprint, alice);
  assert.match(
    (await failure(findCertificate(clone.repo, context, 'alice.asc'))).message,
    /found 'alice\.asc' \(ENOENT\)/,
  );
});

files('a file that holds no certificate is refused with its reason', async ({ clone }) => {
  const { context } = makeContext(clone);
  clone.write('junk.asc', 'junk');
  assert.is((await failure(findCertificate(clone.repo, context, 'junk.asc'))).code, 'input');
});

files.run();
