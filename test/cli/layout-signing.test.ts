import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeWith, readSigningState, signingDocument, signingLines } from '../../src/cli/layout-signing.ts';
import { makeEnvelope } from '../../src/intoto/envelope.ts';
import { holdersOf } from '../../src/layout/holders.ts';
import { makeContext } from '../support/context.ts';
import { makeLayoutJson } from '../support/layout.ts';
import type { People } from '../support/pipeline.ts';
import { makePeople } from '../support/pipeline.ts';
import { signedBy } from '../support/signed-layout.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';
import type { Signatory } from '../support/world.ts';

interface Story {
  clone: WorkingClone;
  people: People;
}

const signing = suite<Story>('how far the signing has got');

signing.before(async (story) => {
  story.people = await makePeople();
});

signing.before.each(async (story) => {
  story.clone = await makeClone();
});

signing.after.each(({ clone }) => clone.cleanup());

const signed = makeLayoutJson({ steps: { train: {} } });

async function pin({ clone }: Story, owners: readonly Signatory[], threshold: number): Promise<void> {
  for (const { fingerprint } of owners) await clone.git('config', '--add', 'mlchain.owner', fingerprint);
  await clone.git('config', 'mlchain.ownerThreshold', String(threshold));
}

async function lines(
  story: Story,
  signers: readonly Signatory[],
  known: readonly Signatory[],
): Promise<readonly string[]> {
  const certificates = known.map(({ certificate }) => certificate);
  const { context } = makeContext(story.clone);
  const state = await readSigningState(
    await story.clone.reopen(),
    context,
    signedBy(signed, signers),
    certificates,
  );
  return signingLines(state, holdersOf(certificates));
}

function named({ certificate }: Signatory): string {
  return `${certificate.userIds[0]}  ${certificate.fingerprint}`;
}

signing('an unsigned layout, and nobody pinned to sign it', async (story) => {
  assert.equal(await lines(story, [], []), [
    'not signed yet',
    'this clone trusts no owner yet, so it cannot tell whether that is enough',
  ]);
});

signing('signed by enough owners it is finished', async (story) => {
  const { olivia, alice } = story.people;
  await pin(story, [olivia, alice], 1);
  assert.equal(await lines(story, [olivia], [olivia, alice]), [`signed by ${named(olivia)}`]);
});

signing('by too few, it says how many are missing, and of whom', async (story) => {
  const { olivia, alice, bob } = story.people;
  await pin(story, [olivia, alice, bob], 2);
  assert.equal(await lines(story, [alice], [olivia, alice]), [
    `signed by ${named(alice)}`,
    '1 signature still missing, of:',
    `  ${named(olivia)}`,
    `  ${bob.fingerprint}`,
  ]);
  assert.is((await lines(story, [], [olivia, alice]))[1], '2 signatures still missing, of:');
});

signing('a stranger’s signature is shown and counts for nothing', async (story) => {
  const { olivia, mallory } = story.people;
  await pin(story, [olivia], 1);
  assert.equal(await lines(story, [mallory], [olivia, mallory]), [
    `signed by ${named(mallory)}`,
    '1 signature still missing, of:',
    `  ${named(olivia)}`,
  ]);
});

signing(
  'a signature over another layout is not good, one of an unknown key cannot be judged',
  ({ people }) => {
    const { olivia, mallory } = people;
    const other = signedBy(makeLayoutJson({ steps: { test: {} } }), [olivia, mallory]);
    const moved = makeEnvelope(signed, other.signatures);
    const judge = judgeWith([olivia.certificate], moved);
    assert.equal(moved.signatures.map(judge), [false, undefined]);
    const own = signedBy(signed, [olivia, mallory]);
    assert.equal(own.signatures.map(judgeWith([olivia.certificate], own)), [true, undefined]);
  },
);

signing('the state as JSON names people by fingerprint', async (story) => {
  const { olivia, alice, mallory } = story.people;
  await pin(story, [olivia, alice], 2);
  const certificates = [olivia, mallory].map(({ certificate }) => certificate);
  const envelope = signedBy(signed, [olivia, mallory]);
  const { context } = makeContext(story.clone);
  const state = await readSigningState(await story.clone.reopen(), context, envelope, certificates);
  const person = ({ fingerprint, certificate }: Signatory) => ({ fingerprint, name: certificate.userIds[0] });
  assert.equal(JSON.parse(JSON.stringify(signingDocument(state))), {
    complete: false,
    threshold: 2,
    signed: [person(olivia)],
    missing: [{ fingerprint: alice.fingerprint, name: '' }],
    others: [person(mallory)],
  });
});

signing.run();
