import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gpgProgram, signerRequest } from '../../src/cli/signing.ts';
import { makeContext } from '../support/context.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

interface Story {
  clone: WorkingClone;
}

const signing = suite<Story>('which key signs');

signing.before.each(async (story) => {
  story.clone = await makeClone();
});

signing.after.each(({ clone }) => clone.cleanup());

async function choices({ clone }: Story, key?: string): Promise<readonly string[]> {
  return (await signerRequest(await clone.reopen(), makeContext(clone).context, key)).choices;
}

signing('the option, then our setting, then git’s', async (story) => {
  assert.equal(await choices(story), []);
  await story.clone.git('config', 'user.signingKey', 'GIT');
  assert.equal(await choices(story), ['GIT']);
  await story.clone.git('config', 'mlchain.signingKey', 'OURS');
  assert.equal(await choices(story), ['OURS', 'GIT']);
  assert.equal(await choices(story, '12E5'), ['12E5', 'OURS', 'GIT']);
  await story.clone.git('config', 'mlchain.signingKey', '');
  assert.equal(await choices(story), ['GIT']);
});

signing('a key that signs commits by SSH or X.509 is none of ours', async (story) => {
  await story.clone.git('config', 'user.signingKey', 'ssh-ed25519 AAAA');
  await story.clone.git('config', 'gpg.format', 'ssh');
  assert.equal(await choices(story), []);
  await story.clone.git('config', 'gpg.format', 'openpgp');
  assert.equal(await choices(story), ['ssh-ed25519 AAAA']);
});

signing('GnuPG is the program that git is told to use', async ({ clone }) => {
  assert.is(await gpgProgram(clone.repo), 'gpg');
  await clone.git('config', 'gpg.program', 'gpg2');
  assert.is(await gpgProgram(await clone.reopen()), 'gpg2');
  await clone.git('config', 'gpg.openpgp.program', 'gpg-card');
  assert.is(await gpgProgram(await clone.reopen()), 'gpg-card');
});

signing('without a terminal nobody is asked', async ({ clone }) => {
  const request = await signerRequest(clone.repo, makeContext(clone).context, undefined);
  assert.is(request.mayPrompt, false);
  assert.is(await request.askPassphrase?.('Olivia'), undefined);
});

signing.run();
