import * as assert from 'uvu/assert';
import type { LinkText } from '../support/forger.ts';
import { digestAt, linkFor, plant, sign, signFile, writeNote } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 18, 21 to 24, 36, 49 to 51, 57 and 68: what functionaries do outside their step or carelessly, and
// what anybody can put beside good evidence.

const story = stories('threats: steps');
const DATA = 'data/words.txt';
const MODEL = 'model/weights.txt';
const LAYOUT = '.mlchain/root.layout';

story('18: a narrowed .mlchainrc does not make data "no artifact"', async ({ team: { mallory, carl } }) => {
  mallory.write('.mlchainrc', mallory.read('.mlchainrc').replace('products: [data/]', 'products: [other/]'));
  mallory.write(DATA, 'poison\n');
  await mallory.commit('tidy up');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story("18: changed alone, .mlchainrc is nobody's artifact", async ({ team: { mallory, carl } }) => {
  mallory.write('.mlchainrc', mallory.read('.mlchainrc').replace('products: [data/]', 'products: [other/]'));
  await mallory.commit('tidy up');
  await mallory.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');
});

story('21: a model trained on data that was never committed is not bound', async ({ team: { bob } }) => {
  bob.write(DATA, 'secret\n');
  await bob.git('mlchain', 'run', 'train');
  await bob.git('add', 'model');
  const { code, stderr } = await bob.tries(['commit', '-qm', 'trained']);
  assert.is(code, 0);
  assert.match(stderr, DATA);
  await bob.git('checkout', '-q', '--', DATA);
  assertVerdict(await bob.verify('--history'), 'violated', [`violation uncovered ${MODEL}`]);
});

story(
  '21: signed past that check, it fails the rule that data comes from who prepares it',
  async ({ team }) => {
    const { bob, carl } = team;
    await trainedOn(bob, { [DATA]: { sha256: 'e'.repeat(64) } });
    await carl.pull();
    const findings = [`violation uncovered ${MODEL}`, `warning rule-failed ${DATA}`];
    assertVerdict(await carl.verify('--history'), 'violated', findings);
  },
);

story('51: signed without its materials, it proves nothing', async ({ team: { bob, carl } }) => {
  await trainedOn(bob, {});
  await carl.pull();
  const findings = [`violation uncovered ${MODEL}`, 'warning materials-missing'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('21, 51: trained on the data as it was prepared, the model is explained', async ({ team }) => {
  const { bob, carl } = team;
  await trainedOn(bob, { [DATA]: { sha256: (await digestAt(bob, 'HEAD', DATA)) ?? '' } });
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('22: new data makes the model stale until it is trained again', async ({ team }) => {
  const { alice, bob, carl } = team;
  await newData(alice);
  await carl.pull();
  assertVerdict(await carl.verify(), 'violated', [`violation stale ${DATA}`]);
  assertVerdict(await carl.verify('--history'), 'verified');

  await bob.pull();
  await bob.work('train');
  await bob.push();
  await carl.pull();
  assertVerdict(await carl.verify('--no-inspect'), 'verified', ['warning inspections-skipped']);
});

story('23: a release with a step left out has no link for it', async ({ team: { carl } }) => {
  assertVerdict(await carl.verify('HEAD^'), 'violated', ['violation link-missing']);
  assertVerdict(await carl.verify('--for', 'prepare', 'HEAD^'), 'verified', ['warning inspections-skipped']);
});

story('24: a failing command leaves no link', async ({ team: { bob } }) => {
  const { code, stderr } = await bob.tries(['mlchain', 'run', 'train', '--', 'sh', '-c', 'exit 7']);
  assert.is(code, 1);
  assert.match(stderr, '7');
  assert.equal(JSON.parse(await bob.mlchain('status', '--json')).pending, []);
});

for (const value of [1, true, '0'] as const) {
  story(
    `24: kept all the same, a link with return-value ${JSON.stringify(value)} does not count`,
    async ({ team }) => {
      const { bob, carl } = team;
      const materials = { [DATA]: { sha256: (await digestAt(bob, 'HEAD', DATA)) ?? '' } };
      await trainedOn(bob, materials, { 'return-value': value });
      await carl.pull();
      const findings = [`violation uncovered ${MODEL}`, 'warning command-failed'];
      assertVerdict(await carl.verify('--history'), 'violated', findings);
    },
  );
}

story('36: a malformed line does not take the good ones with it', async ({ team }) => {
  const { alice, host, carl } = team;
  const commit = await newData(alice);
  for (const junk of ['not json', '{"signed":{}}', '{"signatures":[],"signed":{"_type":"link"}}']) {
    await plant(host, alice, commit, junk);
  }
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified', ['warning malformed-evidence']);
});

story('36: a line cut short explains nothing', async ({ team }) => {
  const { alice, host, carl } = team;
  const commit = await newData(alice);
  const [line = ''] = await host.lines(commit, alice);
  await writeNote(host, alice, commit, [line.slice(0, -20)]);
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning malformed-evidence'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('49: a link of a step that does not control the path covers nothing', async ({ team }) => {
  const { olivia, bob, carl } = team;
  // A careless layout: whatever else a training makes is nobody's business.
  const layout = JSON.parse(olivia.read(LAYOUT)).signed;
  for (const step of layout.steps) if (step.name === 'train') step.expected_products = [['ALLOW', 'model/*']];
  olivia.write(LAYOUT, await signFile(olivia, layout));
  await olivia.commit('whatever a training makes');
  await olivia.push();

  await bob.pull();
  bob.write(DATA, 'poison\n');
  bob.write(MODEL, 'weights\n');
  const commit = await bob.commitWithoutHooks('better data');
  const files = { materials: ['scripts/train.sh'], products: [DATA, MODEL] };
  await plant(bob, bob, commit, await sign(bob, await linkFor(bob, 'train', commit, files)));
  await delivered(bob);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('50: a link whose other products differ from the tree covers none of them', async ({ team }) => {
  const { alice, carl } = team;
  alice.write(DATA, 'apple\nquince\n');
  alice.write('data/more.txt', 'more\n');
  const commit = await alice.commitWithoutHooks('new data');
  const link = await linkFor(alice, 'prepare', commit, {
    materials: SOURCES,
    products: [DATA, 'data/more.txt'],
  });
  const lie = { ...link, products: { ...link.products, 'data/more.txt': { sha256: 'e'.repeat(64) } } };
  await plant(alice, alice, commit, await sign(alice, lie));
  await delivered(alice);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [
    'violation uncovered data/more.txt',
    `violation uncovered ${DATA}`,
    'warning artifact-mismatch data/more.txt',
  ]);

  await plant(alice, alice, commit, await sign(alice, link));
  await alice.git('mlchain', 'sync');
  await carl.pull();
  const findings = ['warning artifact-mismatch data/more.txt'];
  assertVerdict(await carl.verify('--history'), 'verified', findings);
});

story(
  '57: junk, foreign and contradictory envelopes beside good ones change no verdict',
  async ({ team }) => {
    const { alice, mallory, host, carl } = team;
    const prepared = await host.git('rev-parse', 'main^');
    const link = await linkFor(host, 'prepare', prepared, { products: [DATA] });
    const lie = { ...link, products: { [DATA]: { sha256: 'e'.repeat(64) } } };
    await plant(host, alice, prepared, 'junk');
    await plant(host, alice, prepared, await sign(mallory, link));
    await plant(host, mallory, prepared, await sign(mallory, lie));
    await plant(host, mallory, prepared, await sign(mallory, { _type: 'something else' }));
    await carl.pull();
    assertVerdict(await carl.verify(), 'verified', ['warning malformed-evidence', 'warning unauthorised']);
  },
);

story('68: a link dated years ahead is ignored, and one a little off is not', async ({ team }) => {
  const { alice, carl } = team;
  alice.write(DATA, 'apple\nquince\n');
  const commit = await alice.commitWithoutHooks('new data');
  const link = await linkFor(alice, 'prepare', commit, { materials: SOURCES, products: [DATA] });
  const soon = Math.floor(Date.now() / 1000);
  await plant(alice, alice, commit, await sign(alice, link, soon + 10 * 365 * 24 * 3600));
  await delivered(alice);
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning bad-signature'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);

  await plant(alice, alice, commit, await sign(alice, link, soon + 600));
  await alice.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified', ['warning bad-signature']);
});

const SOURCES = ['raw/words.txt', 'scripts/prepare.sh'];

/** Alice commits new data, with her hook, and pushes. */
async function newData(alice: Member): Promise<string> {
  alice.write(DATA, 'apple\nquince\n');
  const commit = await alice.commit('new data');
  await alice.push();
  return commit;
}

/** Bob commits a model and signs by hand that it was made from these materials. */
async function trainedOn(
  bob: Member,
  data: LinkText['materials'],
  byproducts: LinkText['byproducts'] = {},
): Promise<void> {
  bob.write(MODEL, 'weights\n');
  const commit = await bob.commitWithoutHooks('trained');
  const link = await linkFor(bob, 'train', commit, { materials: ['scripts/train.sh'], products: [MODEL] });
  const bent = { ...link, materials: { ...link.materials, ...data }, byproducts };
  await plant(bob, bob, commit, await sign(bob, bent));
  await delivered(bob);
}

async function delivered(by: Member): Promise<void> {
  await by.pushPastHooks();
  await by.git('mlchain', 'sync');
}

story.run();
