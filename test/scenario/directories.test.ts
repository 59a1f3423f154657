import * as fs from 'node:fs';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

/*
 * A dataset of thousands of files is one artifact, `dir:data`: its link stays small, and every file in it is held to it
 * all the same (formats.md §3).
 */
const CONFIG = `steps:
  source: { products: [scripts/] }
  prepare: { materials: [scripts/prepare.sh], products: ['dir:data'], command: [sh, scripts/prepare.sh] }
  train: { materials: ['dir:data', scripts/train.sh], products: [model/], command: [sh, scripts/train.sh] }
`;

const FILES = 2000;
const PREPARE = `for d in 0 1 2 3 4 5 6 7 8 9; do mkdir -p data/$d; done
awk 'BEGIN { for (i = 0; i < ${FILES}; i++) { f = "data/" i % 10 "/" i ".txt"; print "row " i >f; close(f) } }'
`;

const story = stories('directories as artifacts', { config: CONFIG, stopBefore: 'prepare' });

/** The dataset prepared by Alice, the model trained by Bob, both by plain commands. */
story.before(async ({ base: { olivia, alice, bob, carl } }) => {
  olivia.write('scripts/prepare.sh', PREPARE);
  olivia.write('scripts/train.sh', 'mkdir -p model && cksum data/7/7.txt >model/weights.txt\n');
  await olivia.commit('many files');
  await olivia.push();
  await alice.pull();
  await alice.work('prepare');
  await alice.push();
  await bob.pull();
  await bob.work('train');
  await bob.push();
  await Promise.all([alice, carl].map((member) => member.pull()));
});

story(
  'two thousand files are recorded as one, verified, shown, and exported',
  async ({ team: { olivia, alice, carl } }) => {
    const layout = JSON.parse(await olivia.mlchain('layout', 'show', '--json')) as {
      steps: { name: string; rules: { materials: string[]; products: string[] } }[];
    };
    const rules = layout.steps.flatMap(({ rules: { materials, products } }) => [...materials, ...products]);
    assert.ok(rules.includes('MATCH dir:data WITH PRODUCTS FROM prepare'));
    assert.ok(rules.includes('ALLOW dir:data'));
    assert.is((await olivia.tries(['mlchain', 'layout', 'check'])).code, 0);
    assertVerdict(await carl.verify(), 'verified');
    const prepared = await alice.git('rev-parse', 'HEAD~1');
    const [line] = await alice.lines(prepared);
    assert.ok(line !== undefined && line.length < 4096, `a line of ${line?.length} octets`);
    assert.match(await carl.mlchain('show', prepared), /dir:data/);
    assert.match(await carl.mlchain('log'), /dir:data/);
    assert.is((await carl.tries(['mlchain', 'status'])).code, 0);
  },
);

story(
  'one file changed, added, renamed or removed in it is a change of the artifact',
  async ({ team: { mallory } }) => {
    const tamperings: readonly ((member: Member) => void)[] = [
      (member) => member.write('data/7/7.txt', 'row 8\n'),
      (member) => member.write('data/7/new.txt', 'row\n'),
      (member) => member.remove('data/7/7.txt'),
      (member) => fs.renameSync(`${member.clone}/data/7/7.txt`, `${member.clone}/data/8/7.txt`),
    ];
    await mallory.pull();
    const start = await mallory.head();
    for (const tamper of tamperings) {
      tamper(mallory);
      await mallory.commitWithoutHooks('tidy up');
      const judged = await mallory.verify('--history');
      assert.is(judged.verdict, 'violated');
      assert.ok(judged.findings.some(({ code, path }) => code === 'uncovered' && path?.startsWith('data/')));
      await mallory.git('reset', '-q', '--hard', start);
    }
  },
);

story(
  'data prepared again make the model stale, and the directory is named',
  async ({ team: { alice, bob, carl } }) => {
    await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', 'echo other >data/7/7.txt');
    await alice.git('add', 'data');
    await alice.git('commit', '-q', '-m', 'one row corrected');
    await alice.push();
    await carl.pull();
    const judged = await carl.verify();
    const retyped = 'warning command-differs';
    assertVerdict(judged, 'violated', ['violation stale dir:data', retyped]);
    const stale = judged.findings.find(({ code }) => code === 'stale');
    assert.match(stale?.message ?? '', /dir:data changed in [0-9a-f]{7} by Alice/);
    assert.is(judged.steps.find(({ step }) => step === 'train')?.state, 'stale');
    await bob.pull();
    await bob.work('train');
    await bob.push();
    await carl.pull();
    assertVerdict(await carl.verify(), 'verified', [retyped]);
  },
);

story(
  'exported, the directory is one artifact for in-toto, too, and both verifiers agree',
  async ({ team }) => {
    const { olivia, carl } = team;
    await carl.mlchain('export', '--in-toto', '../out');
    const out = carl.person.at('out');
    assert.is(fs.readdirSync(`${out}/product/data`).length, 10);
    await carl.person.gpg([
      '--import',
      ...fs.readdirSync(`${out}/keys`).map((name) => `${out}/keys/${name}`),
    ]);
    const peer = [
      '--layout',
      '../root.layout',
      '--link-dir',
      '..',
      '--gpg',
      olivia.fingerprint.toLowerCase(),
    ];
    const verifying = { cwd: `${out}/product`, code: 'any' } as const;
    const ours = ['verify', '--in-toto', '..', '--owner-cert', `../keys/${olivia.fingerprint}.asc`];
    assert.is((await carl.person.exec('in-toto-verify', peer, verifying)).code, 0);
    assert.is((await carl.person.mlchain(ours, verifying)).code, 0);
  },
);

story.run();
