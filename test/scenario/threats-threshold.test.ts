import * as assert from 'uvu/assert';
import { linkFor, plant, sign } from '../support/forger.ts';
import { addGpgSubkey, exportGpg, makeGpgKey } from '../support/gpg.ts';
import { assertVerdict, Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 16 and 17: two people have to agree on a model, and one of them tries to be both. Here Alice may
// train, too, and the step `train` wants two.

const story = stories('threats: thresholds', {
  layout: ({ alice }) => [
    ...['--functionary', `train=${alice.person.at('certificate.asc')}`, '--threshold', 'train=2'],
  ],
});
const MODEL = 'model/weights.txt';

story('one signature of two is enough for history, and not for a release', async ({ team: { carl } }) => {
  assertVerdict(await carl.verify('--history'), 'verified', ['warning threshold-unmet']);
  assertVerdict(await carl.verify(), 'violated', ['violation threshold-unmet']);
});

story('16: one person who signs twice is one person', async ({ team: { bob, carl } }) => {
  await bob.git('mlchain', 'record', '--yes', '--step', 'train', 'HEAD');
  assert.is((await bob.lines('HEAD')).length, 2);
  await bob.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify(), 'violated', ['violation threshold-unmet']);
});

story('16: nor is one person two who signs the same at two commits', async ({ team }) => {
  const { bob, carl } = team;
  bob.write('README.md', 'read me\n');
  const later = await bob.commit('a page');
  await bob.git('mlchain', 'record', '--yes', '--step', 'train', later);
  assert.is((await bob.lines(later)).length, 1);
  await bob.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'violated', ['violation threshold-unmet']);
});

story('16: two who sign the same, each with a key of their own, are two', async ({ team }) => {
  const { alice, carl } = team;
  await alice.git('mlchain', 'record', '--yes', '--step', 'train', 'HEAD');
  await alice.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');
});

story('16: so are two of whom the second ran the step again', async ({ team: { alice, carl } }) => {
  await alice.git('mlchain', 'run', 'train');
  await alice.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');
});

story('16: two subkeys of one certificate are one person', async ({ team }) => {
  const { olivia, alice, carl } = team;
  const gwen = await team.join('gwen');
  const primary = await makeGpgKey(gwen.person, 'Gwen <gwen@example.org>', { usage: 'cert' });
  const subkeys = [await addGpgSubkey(gwen.person, primary), await addGpgSubkey(gwen.person, primary)];
  gwen.write('../gwen.asc', await exportGpg(gwen.person, primary));
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `train=${gwen.person.at('gwen.asc')}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Gwen may train, too');
  await olivia.push();

  await gwen.pull();
  const [first = '', second = ''] = subkeys;
  await gwen.git('config', 'mlchain.signingKey', first);
  await gwen.git('mlchain', 'run', 'train', '--', 'sh', '-c', `echo better >${MODEL}`);
  const commit = await gwen.commit('trained');
  await gwen.git('mlchain', 'record', '--yes', '--step', 'train', '--key', second, commit);
  const lines = await gwen.lines(commit, new Member(gwen.person, primary, gwen.clone));
  const keyids = lines.map((line) => JSON.parse(line).signatures[0].keyid);
  assert.equal([...new Set(keyids)].sort(), subkeys.map((key) => key.toLowerCase()).sort());
  await gwen.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'violated', ['violation threshold-unmet', 'warning command-differs']);

  await alice.pull();
  await alice.git('mlchain', 'record', '--yes', '--step', 'train', 'HEAD');
  await alice.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified', ['warning command-differs']);
});

story('17: two who signed different materials do not agree', async ({ team: { alice, carl } }) => {
  const head = await alice.head();
  const files = { materials: ['data/words.txt', 'scripts/train.sh'], products: [MODEL] };
  const link = await linkFor(alice, 'train', head, files);
  // An old model that the step would have deleted: the rules allow for it, and Bob has seen none.
  link.materials['model/old.txt'] = { sha256: 'e'.repeat(64) };
  await plant(alice, alice, head, await sign(alice, link));
  await alice.git('mlchain', 'sync');
  await carl.pull();
  const findings = ['violation threshold-unmet', 'warning links-disagree'];
  assertVerdict(await carl.verify(), 'violated', findings);
  assertVerdict(await carl.verify('--history'), 'verified', [
    'warning links-disagree',
    'warning threshold-unmet',
  ]);
});

story.run();
