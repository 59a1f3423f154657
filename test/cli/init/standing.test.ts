import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClaimedLayout } from '../../../src/cli/claimed-layout.ts';
import { nextLines } from '../../../src/cli/init/next.ts';
import type { Standing } from '../../../src/cli/init/standing.ts';
import { signingKeyHere, standingOf } from '../../../src/cli/init/standing.ts';
import { makeEnvelope } from '../../../src/intoto/envelope.ts';
import { layoutFromJson } from '../../../src/intoto/layout.ts';
import type { SigningKey } from '../../../src/openpgp/signer.ts';
import { makeContext } from '../../support/context.ts';
import { makeLayoutJson } from '../../support/layout.ts';
import type { People } from '../../support/pipeline.ts';
import { makePeople, pipeline } from '../../support/pipeline.ts';
import type { WorkingClone } from '../../support/working-clone.ts';
import { makeClone } from '../../support/working-clone.ts';
import type { Signatory } from '../../support/world.ts';

interface Story {
  clone: WorkingClone;
  people: People;
}

const standings = suite<Story>('where somebody stands');

standings.before(async (story) => {
  story.people = await makePeople();
  story.clone = await makeClone();
});

standings.after(({ clone }) => clone.cleanup());

function claim(people: People): ClaimedLayout {
  const signed = makeLayoutJson(pipeline(people));
  const { olivia, alice, bob } = people;
  return {
    envelope: makeEnvelope(signed, []),
    layout: layoutFromJson(signed),
    certificates: [olivia, alice, bob].map(({ certificate }) => certificate),
    signers: [{ fingerprint: olivia.fingerprint, name: 'Olivia' }],
    unproven: [],
  };
}

function keyOf({ certificate, fingerprint, keyid }: Signatory): SigningKey {
  return { certificate, fingerprint, keyid, name: certificate.userIds[0] ?? '', keptIn: 'own-store' };
}

function standing({ clone, people }: Story, who: Signatory | undefined): Promise<Standing> {
  return standingOf(clone.repo, who && keyOf(who), claim(people));
}

standings('without a layout they found one', async ({ clone, people }) => {
  assert.equal(await standingOf(clone.repo, undefined, undefined), { role: 'founder', key: undefined });
  const founder = await standingOf(clone.repo, keyOf(people.olivia), undefined);
  assert.is(founder.role, 'founder');
  assert.match(nextLines(founder, false).join('\n'), `yours is ${people.olivia.fingerprint}`);
  assert.not.match(nextLines(founder, false).join('\n'), /trust/);
});

standings('a functionary has steps', async (story) => {
  const alice = await standing(story, story.people.alice);
  assert.is(alice.role, 'functionary');
  assert.match(nextLines(alice, true)[0] ?? '', /^you may sign prepare;/);
});

standings('an owner without a step is an owner, a key that nobody knows a newcomer', async (story) => {
  assert.is((await standing(story, story.people.olivia)).role, 'owner');
  const mallory = await standing(story, story.people.mallory);
  assert.is(mallory.role, 'newcomer');
  assert.match(
    nextLines(mallory, true).join('\n'),
    `git mlchain key export ${story.people.mallory.fingerprint} > me.asc`,
  );
});

standings('without a key, the address tells whether theirs is elsewhere', async (story) => {
  assert.is((await standing(story, undefined)).role, 'elsewhere');
  await story.clone.git('config', 'user.email', 'zoe@example.org');
  const reader = await standingOf(await story.clone.reopen(), undefined, claim(story.people));
  assert.is(reader.role, 'reader');
  assert.match(nextLines(reader, true).join('\n'), /init --new-key/);
  await story.clone.git('config', 'user.email', 'example.org');
  assert.is((await standingOf(await story.clone.reopen(), undefined, claim(story.people))).role, 'reader');
  await story.clone.git('config', '--unset', 'user.email');
});

standings('who trusts no owner yet is told to, whatever else they are', async (story) => {
  for (const who of [story.people.alice, story.people.olivia, story.people.mallory, undefined]) {
    const one = await standing(story, who);
    assert.match(nextLines(one, false).join('\n'), /git mlchain trust FPR/);
    assert.not.match(nextLines(one, true).join('\n'), /git mlchain trust/);
  }
});

standings('names from the layout cannot steer the terminal', () => {
  const lines = nextLines({ role: 'elsewhere', certificate: 'A\u001b[2J' }, true);
  assert.ok(lines.every((line) => !line.includes('\u001b')));
});

standings('no key is told from a key that cannot be used', async ({ clone }) => {
  const { context, said } = makeContext(clone);
  assert.is(await signingKeyHere(clone.repo, context), 'none');
  assert.is(said(), '');
});

standings.run();
