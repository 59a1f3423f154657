import * as assert from 'uvu/assert';
import { dirDigest, sha256Hex } from '../../src/intoto/digest.ts';
import {
  lockText,
  manifestText,
  md5,
  pointerText,
  writeDvcCache,
  writeDvcDirectory,
  writeDvcFile,
  writeDvcProject,
} from '../support/dvc.ts';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// Data that DVC tracks lies in no tree of git's: what is signed is the content, and what everybody can check is the pointer.

const story = stories('large data: DVC');
const DATA = 'data/images.bin';
const IMAGES = 'a lot of images\n';
const OTHERS = 'a lot of other images\n';

/** What the one link of HEAD signs. */
async function signed(member: Member) {
  const lines = await member.lines(await member.head());
  assert.is(lines.length, 1, `${lines.length} links`);
  return JSON.parse(lines[0] ?? '').signed;
}

/** Alice tracks her images by DVC and pushes the pointer. */
async function withImages(alice: Member, content = IMAGES): Promise<void> {
  writeDvcProject(alice);
  writeDvcFile(alice, DATA, content);
  await alice.commit('images');
  await alice.push();
}

story(
  'a plain commit of a pointer signs for the data, and clones without them verify it',
  async ({ team }) => {
    const { alice, bob, carl } = team;
    await withImages(alice);
    const { products, environment } = await signed(alice);
    const pointed = `dvc:${md5(IMAGES)}`;
    assert.equal(products[DATA], { sha256: sha256Hex(IMAGES) });
    assert.is(environment.mlchain.kinds[DATA], pointed);
    assert.equal(environment.mlchain.changed[DATA], { before: null, after: pointed });
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'verified');
    // Bob has not pulled the data either: what Alice signed for this pointer stands for them.
    await bob.pull();
    await bob.git('mlchain', 'record', '--step', 'train', '--yes');
    assert.equal((await signedBy(bob)).materials[DATA], { sha256: sha256Hex(IMAGES) });
    await bob.push();
    await carl.pull();
    assertVerdict(await carl.verify('--no-inspect'), 'verified', ['warning inspections-skipped']);
  },
);

async function signedBy(member: Member) {
  const [line = ''] = await member.lines(await member.head());
  return JSON.parse(line).signed;
}

story('a pointer changed by somebody else is a change of the data', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await withImages(alice);
  await mallory.pull();
  mallory.write(`${DATA}.dvc`, pointerText('images.bin', md5(OTHERS), OTHERS.length));
  await mallory.commit('better images');
  const { code, stderr } = await mallory.tries(['push']);
  assert.is(code, 1);
  assert.match(stderr, DATA);
  await mallory.pushPastHooks();
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
  assertVerdict(await carl.verify('--history', '--no-cache'), 'violated', findings);
});

story('a pointer taken away takes the data away, for Alice as for anybody', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await withImages(alice);
  await mallory.pull();
  mallory.remove(`${DATA}.dvc`);
  await mallory.commit('no images');
  await mallory.pushPastHooks('HEAD:refs/heads/side');
  await carl.git('fetch', '-q');
  const findings = [`violation uncovered ${DATA}`];
  assertVerdict(await carl.verify('--history', 'origin/side'), 'violated', findings);

  alice.remove(`${DATA}.dvc`);
  await alice.commit('no images');
  const { materials, products } = await signed(alice);
  assert.equal(materials[DATA], { sha256: sha256Hex(IMAGES) });
  assert.is(products[DATA], undefined);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story(
  'a directory is one output: its digest is that of dir:, and the pointer is what is compared',
  async ({ team }) => {
    const { alice, mallory, carl } = team;
    const files = new Map([
      ['a.png', 'one image'],
      ['sub/b.png', 'another'],
    ]);
    writeDvcProject(alice);
    writeDvcDirectory(alice, 'data/images', files);
    await alice.commit('a directory of images');
    const { products, environment } = await signed(alice);
    const digests = [...files].map(([name, content]) => [name, sha256Hex(content)] as const);
    assert.equal(products['data/images/'], { sha256: dirDigest(digests) });
    assert.is(environment.mlchain.kinds['data/images/'], `dvc:${md5(manifestText(files))}.dir`);
    await alice.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'verified');
    await mallory.pull();
    mallory.write('data/images.dvc', mallory.read('data/images.dvc').replace(/[0-9a-f]{32}/, md5('other')));
    await mallory.commit('other images');
    await mallory.pushPastHooks();
    await carl.pull();
    const findings = ['violation uncovered data/images/'];
    assertVerdict(await carl.verify('--history'), 'violated', findings);
  },
);

story('dvc.lock is nobody’s, and its outputs are those of their steps', async ({ team }) => {
  const { alice, bob, mallory, carl } = team;
  writeDvcProject(bob);
  writeDvcCache(bob, 'heavy weights\n');
  bob.write('dvc.lock', lockText('train', new Map([['model/heavy.bin', 'heavy weights\n']])));
  await bob.commit('heavy weights');
  const { name, products } = await signed(bob);
  assert.is(name, 'train');
  assert.equal(products['model/heavy.bin'], { sha256: sha256Hex('heavy weights\n') });
  await bob.push();
  await carl.pull();
  // An inspection would want to see the weights.
  assertVerdict(await carl.verify('--no-inspect'), 'verified', ['warning inspections-skipped']);
  // Alice may sign for no model.
  await alice.pull();
  alice.write('dvc.lock', alice.read('dvc.lock').replace(md5('heavy weights\n'), md5('light weights\n')));
  await alice.commit('light weights');
  await alice.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', ['violation uncovered model/heavy.bin']);
  // What dvc.yaml says of where a stage works moves its outputs.
  await mallory.git('checkout', '-q', 'HEAD');
  await mallory.git('pull', '-q');
  await mallory.git('reset', '-q', '--hard', 'HEAD^');
  mallory.write(
    'dvc.yaml',
    'stages:\n  train:\n    cmd: sh scripts/train.sh\n    wdir: elsewhere\n    outs: [model/heavy.bin]\n',
  );
  await mallory.commit('moved');
  await mallory.pushPastHooks('HEAD:refs/heads/moved');
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('--history', 'origin/moved'), 'violated', [
    'violation uncovered model/heavy.bin',
  ]);
});

story('what lies in the place of the data is compared with the pointer', async ({ team: { alice } }) => {
  writeDvcProject(alice);
  writeDvcFile(alice, DATA, IMAGES);
  alice.write(`${DATA}.dvc`, pointerText('images.bin', md5(OTHERS), OTHERS.length));
  await alice.git('add', '-A');
  const { code, stderr } = await alice.tries(['commit', '-q', '-m', 'a pointer at something else']);
  assert.is(code, 0);
  assert.match(
    stderr,
    `expected '${DATA}' with the md5 ${md5(OTHERS)} that its pointer names, found ${md5(IMAGES)}`,
  );
  assert.equal(await alice.lines(await alice.head()), []);
  // The commit waits for the data that it is about.
  alice.write(DATA, OTHERS);
  await alice.git('mlchain', 'record', '--missing');
  assert.equal((await signed(alice)).products[DATA], { sha256: sha256Hex(OTHERS) });
});

story(
  'what a run made becomes an output of DVC afterwards, and the link binds to its pointer',
  async ({ team }) => {
    const { alice, carl } = team;
    writeDvcProject(alice);
    await alice.commit('dvc');
    const script = `mkdir -p data/parts; printf '${IMAGES}' >${DATA}; echo 1 >data/parts/1; echo 2 >data/parts/2`;
    await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', script);
    writeDvcFile(alice, DATA, IMAGES);
    const parts = new Map([
      ['1', '1\n'],
      ['2', '2\n'],
    ]);
    writeDvcDirectory(alice, 'data/parts', parts);
    // The pointers and what git is to ignore are new since the run: they are made apart from it.
    const { stderr } = await alice.tries(['add', '-A']);
    assert.is(stderr, '');
    await alice.git('commit', '-q', '-m', 'images');
    await alice.push();
    await carl.pull();
    const judged = await carl.verify('--history');
    assertVerdict(judged, 'verified', ['warning command-differs']);
    assert.is((await signed(alice)).environment.mlchain.recorder, 'run');
  },
);

story('a pointer that arrived is not signed unasked, by whatever way it came', async ({ team }) => {
  const { alice, mallory } = team;
  await withImages(alice);
  await mallory.pull();
  await mallory.git('checkout', '-q', '-b', 'side');
  mallory.write(`${DATA}.dvc`, pointerText('images.bin', md5(OTHERS), OTHERS.length));
  await mallory.commit('better images');
  await mallory.pushPastHooks('HEAD:side');
  await alice.git('fetch', '-q');
  await alice.git('checkout', 'origin/side', '--', `${DATA}.dvc`);
  writeDvcCache(alice, OTHERS);
  await alice.git('add', '-A');
  const { stderr } = await alice.tries(['commit', '-q', '-m', 'images of a friend']);
  assert.match(stderr, /images\.bin\.dvc is as Mallory committed it/);
  assert.equal(await alice.lines(await alice.head()), []);
});

story('a link keeps its worth when its commit is rewritten: the pointer did the same', async ({ team }) => {
  const { alice, mallory, carl } = team;
  writeDvcProject(alice);
  await alice.commit('dvc');
  await alice.push();
  await alice.git('checkout', '-q', '-b', 'side');
  writeDvcFile(alice, DATA, IMAGES);
  await alice.commit('images');
  await alice.push('HEAD');
  await mallory.pull();
  await mallory.git('fetch', '-q');
  await mallory.commit('something else', '--allow-empty');
  await mallory.git('cherry-pick', 'origin/side');
  await mallory.push('HEAD:main');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  assert.is((await carl.newest()).state, 'carried');
});

story('pointers of an older DVC are refused by name', async ({ team: { alice, carl } }) => {
  writeDvcProject(alice);
  writeDvcFile(alice, DATA, IMAGES);
  alice.write(`${DATA}.dvc`, alice.read(`${DATA}.dvc`).replace('  hash: md5\n', ''));
  await alice.git('add', '-A');
  const { stderr } = await alice.tries(['commit', '-q', '-m', 'an old pointer']);
  assert.match(stderr, 'dvc cache migrate --dvc-files');
  await alice.pushPastHooks();
  await carl.pull();
  const judged = await carl.verify('--history');
  assert.is(judged.code, 1);
  assert.ok(
    judged.findings.some(({ code, path }) => code === 'artifact-mismatch' && path === DATA),
    judged.stdout,
  );
});

story(
  'layout new --from-dvc: the stages of dvc.yaml are the steps, from dvc.lock to the release',
  async ({ team }) => {
    const { olivia, carl } = team;
    const stages = [
      'featurize: {cmd: sh scripts/features.sh, deps: [data/words.txt], outs: [features]}',
      'fit: {cmd: sh scripts/fit.sh, deps: [features/words], outs: [fit.bin], metrics: [{fit.json: {cache: false}}]}',
    ];
    writeDvcProject(olivia);
    olivia.write('dvc.yaml', `stages:\n${stages.map((stage) => `  ${stage}\n`).join('')}`);
    const drafted = ['layout', 'new', '--force', '--from-dvc', '--functionary', olivia.fingerprint];
    await olivia.git('mlchain', ...drafted);
    const { steps } = JSON.parse(await olivia.mlchain('layout', 'show', '--json'));
    assert.equal(
      steps.map(({ name }: { name: string }) => name),
      ['featurize', 'fit'],
    );
    await olivia.git('mlchain', 'layout', 'sign');
    // What "dvc repro" leaves: the features are a directory, the metrics are git's.
    const features = new Map([['words', 'features of words']]);
    writeDvcDirectory(olivia, 'features', features);
    olivia.remove('features.dvc');
    writeDvcFile(olivia, 'fit.bin', 'a fit');
    olivia.remove('fit.bin.dvc');
    olivia.write('fit.json', '{}');
    const fit = lockText(
      'fit',
      new Map([
        ['fit.bin', 'a fit'],
        ['fit.json', '{}'],
      ]),
    );
    const entry = `    - path: features\n      hash: md5\n      md5: ${md5(manifestText(features))}.dir\n`;
    olivia.write('dvc.lock', `${fit}  featurize:\n    cmd: c\n    outs:\n${entry}`);
    const commit = await olivia.commit('features and a fit');
    const links = (await olivia.lines(commit)).map((line) => JSON.parse(line).signed);
    const products = Object.fromEntries(
      links.map(({ name, products: made }) => [name, Object.keys(made).sort()]),
    );
    assert.equal(products, { featurize: ['features/'], fit: ['fit.bin', 'fit.json'] });
    await olivia.push();
    await carl.pull();
    assertVerdict(await carl.verify(), 'verified');
  },
);

story.run();
