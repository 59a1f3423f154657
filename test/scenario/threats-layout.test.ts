import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { now, signFile } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import { certificateFile } from '../support/team.ts';

// threats.md, rows 11 to 15, 46 and 65: whoever can push tries to change what is demanded, instead of meeting it.

const story = stories('threats: layout');
const LAYOUT = '.mlchain/root.layout';
const DAY = 24 * 3600;

story('11: a layout edited after it was signed is refused', async ({ team: { mallory, carl } }) => {
  mallory.write(LAYOUT, mallory.read(LAYOUT).replace('"threshold": 1', '"threshold": 2'));
  await pushed(mallory, carl);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation layout-bad-signature ${LAYOUT}`]);
});

story('11: re-indented, it says the same and is as good as before', async ({ team: { mallory, carl } }) => {
  mallory.write(LAYOUT, JSON.stringify(JSON.parse(mallory.read(LAYOUT))));
  await pushed(mallory, carl);
  // Not the bytes of the file are signed, but what it says.
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('12: a layout by somebody whom nobody pinned is refused', async ({ team: { mallory, carl } }) => {
  await mallory.git('mlchain', 'layout', 'set', '--functionary', `prepare=${mallory.fingerprint}`);
  await mallory.git('mlchain', 'layout', 'sign');
  mallory.write('data/words.txt', 'poison\n');
  await pushed(mallory, carl);
  const findings = [`violation layout-untrusted ${LAYOUT}`, 'violation uncovered data/words.txt'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('12: the same change signed by the owner is in force', async ({ team }) => {
  const { olivia, mallory, carl } = team;
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `prepare=${await certificateFile(mallory)}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Mallory prepares, too');
  await olivia.push();
  await mallory.pull();
  mallory.write('data/words.txt', 'apple\nquince\n');
  await mallory.commit('new data');
  await mallory.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('13: an older layout, once validly signed, does not come back', async ({ team }) => {
  const { olivia, alice, mallory, carl } = team;
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `prepare=${olivia.fingerprint}`);
  await olivia.git('mlchain', 'layout', 'set', '--remove-functionary', `prepare=${alice.fingerprint}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Alice has left');
  await olivia.push();
  await mallory.pull();
  await carl.pull();
  // Her link explains the history still, and no longer makes a release.
  assertVerdict(await carl.verify('--history'), 'verified', ['warning threshold-unmet']);

  await mallory.git('checkout', '-q', 'HEAD^', '--', LAYOUT);
  await pushed(mallory, carl);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation layout-rollback ${LAYOUT}`]);
});

story('13: signed anew, the older text is the newer layout', async ({ team: { olivia, carl } }) => {
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `prepare=${olivia.fingerprint}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Olivia prepares, too');
  await nextSecond();
  await olivia.git('checkout', '-q', 'HEAD^', '--', LAYOUT);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('no, she does not');
  await olivia.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('14: an expired layout passes no release, and history stays what it was', async ({ team }) => {
  const { olivia, carl } = team;
  const signed = layoutOf(olivia);
  olivia.write(LAYOUT, await signFile(olivia, { ...signed, expires: when(now() - 60) }));
  await pushed(olivia, carl);
  assertVerdict(await carl.verify(), 'violated', [`violation layout-expired ${LAYOUT}`]);
  assertVerdict(await carl.verify('--history'), 'verified');

  await olivia.git('mlchain', 'layout', 'set', '--expires', '1y');
  await olivia.git('mlchain', 'layout', 'sign');
  await pushed(olivia, carl);
  assertVerdict(await carl.verify(), 'verified');
});

story('14: what is signed after the layout expired does not count', async ({ team }) => {
  const { olivia, alice, carl } = team;
  const signed = layoutOf(olivia);
  olivia.write(LAYOUT, await signFile(olivia, { ...signed, expires: when(now() - 60) }));
  await pushed(olivia, carl);
  await alice.pull();
  alice.write('data/words.txt', 'apple\nquince\n');
  await alice.commit('new data');
  await alice.pushPastHooks();
  await alice.git('mlchain', 'sync');
  await carl.pull();
  const findings = ['violation uncovered data/words.txt', 'warning layout-expired'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

type Step = Record<string, unknown>;

const nonsense = new Map<string, (train: Step, layout: LayoutText) => void>([
  ['threshold 0', (train) => void Object.assign(train, { threshold: 0 })],
  ['a negative threshold', (train) => void Object.assign(train, { threshold: -1 })],
  ['a boolean threshold', (train) => void Object.assign(train, { threshold: true })],
  ['a key that it does not hold', (train) => void Object.assign(train, { pubkeys: ['ab'.repeat(20)] })],
  ['a malformed rule', (train) => void Object.assign(train, { expected_products: [['ALLOW']] })],
  ['a rule of no known kind', (train) => void Object.assign(train, { expected_products: [['PERMIT', '*']] })],
  ['two steps of one name', (train, { steps }) => void steps.push(train)],
  ['steps that match each other in a circle', (_, { steps }) => match(steps, 'prepare', 'train')],
  ['no steps at all', (_, layout) => void Object.assign(layout, { steps: 7 })],
]);

for (const [what, spoil] of nonsense) {
  story(`15: a layout with ${what} is invalid, whoever signed it`, async ({ team: { olivia } }) => {
    const signed = layoutOf(olivia);
    const train = signed.steps.find(({ name }) => name === 'train');
    spoil(train ?? {}, signed);
    olivia.write(LAYOUT, await signFile(olivia, signed));
    await olivia.commitWithoutHooks('a new layout');
    assertVerdict(await olivia.verify('--history'), 'violated', [`violation layout-invalid ${LAYOUT}`]);
  });
}

story('15: nor is a layout cut short a layout', async ({ team: { mallory, carl } }) => {
  mallory.write(LAYOUT, mallory.read(LAYOUT).slice(0, 1000));
  await pushed(mallory, carl);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation layout-invalid ${LAYOUT}`]);
});

story('46: deleting the layout frees nothing', async ({ team: { mallory, carl } }) => {
  mallory.remove(LAYOUT);
  mallory.write('data/words.txt', 'poison\n');
  await pushed(mallory, carl);
  const findings = [`violation layout-missing ${LAYOUT}`, 'violation uncovered data/words.txt'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('46: nor does moving it', async ({ team: { mallory, carl } }) => {
  await mallory.git('mv', LAYOUT, '.mlchain/old.layout');
  await pushed(mallory, carl);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation layout-missing ${LAYOUT}`]);
});

story('46: a branch that never had a layout is never verified', async ({ team: { mallory, carl } }) => {
  await mallory.git('checkout', '-q', '--orphan', 'fresh');
  await mallory.git('rm', '-rqf', '.');
  mallory.write('data/words.txt', 'poison\n');
  await mallory.commitWithoutHooks('start over');
  await mallory.push('fresh');
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('origin/fresh'), 'violated', ['violation layout-missing']);
  assertVerdict(await carl.verify('--history', 'origin/fresh'), 'violated', ['violation layout-missing']);
});

story('46: a branch that had one may not be pushed without', async ({ team: { mallory } }) => {
  await mallory.git('checkout', '-q', '--orphan', 'fresh');
  await mallory.git('rm', '-rqf', '.');
  mallory.write('data/words.txt', 'poison\n');
  await mallory.commitWithoutHooks('start over');
  const { code, stderr } = await mallory.tries(['push', '--force', 'origin', 'fresh:main']);
  assert.is(code, 1);
  assert.match(stderr, '[layout-missing]');
});

story("65: another repository's layout by the same owner is not this one's", async ({ team }) => {
  const { olivia, mallory, carl } = team;
  const signed = layoutOf(olivia);
  const other = String(signed.readme).replace(/mlchain-id: \w+/, `mlchain-id: ${'5'.repeat(32)}`);
  mallory.write(LAYOUT, await signFile(olivia, { ...signed, readme: other }));
  await pushed(mallory, carl);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation layout-untrusted ${LAYOUT}`]);
});

story('54: a signature dated years ahead makes no layout newer than all to come', async ({ team }) => {
  const { olivia, carl } = team;
  olivia.write(LAYOUT, await signFile(olivia, layoutOf(olivia), now() + 30 * 365 * DAY));
  await pushed(olivia, carl);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation layout-untrusted ${LAYOUT}`]);
});

/** Signatures count in seconds, and a layout as old as the one before it is none that comes after. */
async function nextSecond(): Promise<void> {
  await sleep(1000 - (Date.now() % 1000));
}

interface LayoutText {
  readonly steps: Step[];
  readonly [other: string]: unknown;
}

function layoutOf(member: Member): LayoutText {
  return JSON.parse(member.read(LAYOUT)).signed;
}

function when(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z');
}

/** Makes one step's materials come from a step that is made from its products. */
function match(steps: readonly Step[], from: string, to: string): void {
  const step = steps.find(({ name }) => name === from);
  Object.assign(step ?? {}, { expected_materials: [['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', to]] });
}

/** Everything in the work tree, committed and pushed past all hooks, and pulled by somebody else. */
async function pushed(by: Member, reader: Member): Promise<void> {
  await by.commitWithoutHooks('a change');
  await by.pushPastHooks();
  await reader.pull();
}

story.run();
