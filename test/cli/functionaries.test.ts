import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Args } from '../../src/cli/args.ts';
import { interoperabilityNotes, readFunctionaries, readThresholds } from '../../src/cli/functionaries.ts';
import { commands } from '../../src/cli/table.ts';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { makeContext } from '../support/context.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, exportGpg, makeGpgKey, revokeGpgKey } from '../support/gpg.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

interface Story {
  clone: WorkingClone;
}

const people = suite<Story>('functionaries');

people.before(async (story) => {
  story.clone = await makeClone();
});

people.after(({ clone }) => clone.cleanup());

function args(options: Record<string, readonly string[]>): Args {
  const spec = commands.find(({ name }) => name === 'layout new');
  if (spec === undefined) throw new Error('no layout new');
  return new Args(spec, new Map(Object.entries(options)), [], undefined);
}

async function read({ clone }: Story, ...functionary: readonly string[]) {
  return await readFunctionaries(clone.repo, makeContext(clone).context, args({ functionary }), [
    'prepare',
    'train',
  ]);
}

async function certificateOf({ clone }: Story, fingerprint: string) {
  return await readCertificates(await exportGpg(clone.person, fingerprint));
}

people('one step, or every step, several times over', async (story) => {
  const { person } = story.clone;
  const [alice, bob] = [await makeGpgKey(person, 'Alice <a@x>'), await makeGpgKey(person, 'Bob <b@x>')];
  const { byStep, certificates } = await read(story, alice, `train=${bob}`, `train=${alice}`);
  const names = (step: string) => byStep.get(step)?.map(({ fingerprint }) => fingerprint);
  assert.equal(names('prepare'), [alice]);
  assert.equal(names('train'), [alice, bob, alice]);
  assert.equal(
    certificates.map(({ fingerprint }) => fingerprint),
    [alice, bob],
  );
});

people('nobody named is nobody, not an error', async (story) => {
  assert.is((await read(story)).byStep.size, 0);
});

people('a certificate that can only certify names nobody who could sign', async (story) => {
  const certifier = await makeGpgKey(story.clone.person, 'Certifier <c@x>', { usage: 'cert' });
  const error = await failure(read(story, certifier));
  assert.is(error.code, 'input');
  assert.match(error.message, /has no key that may sign/);
  const subkey = await addGpgSubkey(story.clone.person, certifier);
  const { byStep } = await read(story, certifier);
  assert.ok(byStep.get('train')?.[0]?.keys[0]?.subkeys.has(subkey.toLowerCase()));
});

people('a revoked or expired certificate names nobody who could sign', async (story) => {
  const { person } = story.clone;
  const expired = await makeGpgKey(person, 'Expired <x@x>', {
    at: '20250101T000000',
    expires: 'seconds=3600',
  });
  const error = await failure(read(story, expired));
  assert.match(error.message, /has no key that may sign/);
  assert.is(error.hint, `${expired.toLowerCase()}: expired`);
  const revoked = await makeGpgKey(person, 'Revoked <r@x>');
  await revokeGpgKey(person, revoked);
  assert.match((await failure(read(story, revoked))).hint ?? '', /: revoked \(/);
});

people('no key goes into a layout with a validity period', async (story) => {
  const limited = await makeGpgKey(story.clone.person, 'Limited <l@x>', { expires: '1y' });
  const { byStep } = await read(story, limited);
  assert.is(byStep.get('train')?.[0]?.keys[0]?.validityPeriod, undefined);
});

people(
  'in-toto’s limits are said: ECDSA it cannot check, mixed algorithms it takes apart only',
  async (story) => {
    const { person } = story.clone;
    const ecdsa = await makeGpgKey(person, 'Curve <e@x>', { algorithm: 'nistp256' });
    const mixed = await makeGpgKey(person, 'Mixed <m@x>', { algorithm: 'rsa2048' });
    await addGpgSubkey(person, mixed);
    const plain = await makeGpgKey(person, 'Plain <p@x>');
    const notes = interoperabilityNotes([
      ...(await certificateOf(story, ecdsa)),
      ...(await certificateOf(story, mixed)),
      ...(await certificateOf(story, plain)),
    ]);
    assert.equal(notes, [
      `${ecdsa} Curve <e@x> has an ECDSA key, whose signatures in-toto cannot check`,
      `${mixed} Mixed <m@x> mixes algorithms: its subkeys are listed apart, for in-toto`,
    ]);
    const { byStep } = await read(story, mixed);
    assert.is(byStep.get('train')?.[0]?.keys.length, 2);
  },
);

people('thresholds are whole numbers from one up, each for a step', () => {
  assert.equal(
    readThresholds(args({ threshold: ['train=2', 'prepare=10'] })),
    new Map([
      ['train', 2],
      ['prepare', 10],
    ]),
  );
  assert.is(readThresholds(args({})).size, 0);
  for (const text of [
    'train',
    '2',
    'train=',
    'train=0',
    'train=-1',
    'train=1.5',
    'train=2x',
    'train=0x2',
    'train=99999',
  ]) {
    assert.throws(() => readThresholds(args({ threshold: [text] })), /--threshold: expected STEP=N/);
  }
});

people.run();
