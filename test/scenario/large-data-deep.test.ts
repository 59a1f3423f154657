import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { md5, writeDvcCache, writeDvcDirectory, writeDvcFile, writeDvcProject } from '../support/dvc.ts';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, row 38, and what lies beside git's trees altogether: a pointer is not its content. `verify --deep` looks at
// what is here; without it nobody has read a byte of it.

const story = stories('large data: verify --deep');
const IMAGES = 'a lot of images\n';

const deep = (member: Member) => member.verify('--history', '--deep');

story('DVC: right where it is, missing where it is not, and told where it is another', async ({ team }) => {
  const { alice, carl } = team;
  writeDvcProject(alice);
  writeDvcFile(alice, 'data/images.bin', IMAGES);
  writeDvcDirectory(alice, 'data/more', new Map([['a/b.png', 'one more']]));
  await alice.commit('images');
  await alice.push();
  assertVerdict(await deep(alice), 'verified');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  const absent = ['incomplete object-missing data/images.bin', 'incomplete object-missing data/more/'];
  assertVerdict(await deep(carl), 'incomplete', absent);

  // "dvc pull"
  writeDvcFile(carl, 'data/images.bin', IMAGES);
  writeDvcDirectory(carl, 'data/more', new Map([['a/b.png', 'one more']]));
  assertVerdict(await deep(carl), 'verified');
  carl.write('data/more/a/b.png', 'another');
  const judged = await deep(carl);
  assertVerdict(judged, 'violated', ['violation artifact-mismatch data/more/']);
  const [finding] = judged.findings;
  assert.is(finding?.step, 'prepare');
  assert.match(
    finding?.message ?? '',
    /data\/more\/ in the work tree is not what prepare: the link of Alice/,
  );
  assert.match(finding?.message ?? '', md5('another').slice(0, 12));
});

/** Two contents with one MD5, found by Wang, Feng, Lai and Yu in 2004. */
const TWINS = [
  'd131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70',
  'd131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f1415a085125e8f7cdc99fd91dbd7280373c5bd8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70',
].map((hex) => Buffer.from(hex, 'hex'));

story('DVC: a content with the MD5 of another is not the one that was signed', async ({ team }) => {
  const { alice, carl } = team;
  const [good = Buffer.alloc(0), evil = Buffer.alloc(0)] = TWINS;
  assert.is(md5(good), md5(evil));
  writeDvcProject(alice);
  writeDvcFile(alice, 'data/twin.bin', good);
  await alice.commit('a twin');
  await alice.push();
  await carl.pull();
  // Whoever holds the remote of DVC gives out the other.
  writeDvcCache(carl, evil);
  const judged = await deep(carl);
  assertVerdict(judged, 'violated', ['violation artifact-mismatch data/twin.bin']);
  assert.match(judged.stdout, sha256Hex(good));
  assert.match(judged.stdout, sha256Hex(evil));
  writeDvcCache(carl, good);
  assertVerdict(await deep(carl), 'verified');
});

story('DVC: an inspection sees the data that was signed, or nothing', async ({ team }) => {
  const { alice, bob, carl } = team;
  writeDvcProject(alice);
  writeDvcFile(alice, 'data/images.bin', IMAGES);
  await alice.commit('images');
  await alice.push();
  await bob.pull();
  await bob.git('mlchain', 'record', '--step', 'train', '--yes');
  await bob.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'incomplete', ['incomplete object-missing data/images.bin']);
  writeDvcCache(carl, IMAGES);
  assertVerdict(await carl.verify(), 'verified');
});

story('38: git-lfs: missing, tampered with in the store or in the work tree, and right', async ({ team }) => {
  const { alice, carl } = team;
  const weights = 'a gigabyte of weights';
  const oid = sha256Hex(weights);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${weights.length}\n`;
  const stored = path.join('.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  alice.write('data/big.bin', pointer);
  alice.write('data/odd.bin', pointer.replace(/size \d+/, 'size 7'));
  await alice.commit('weights');
  await alice.push();
  await carl.pull();
  const [big, odd] = ['data/big.bin', 'data/odd.bin'];
  const absent = [`incomplete object-missing ${big}`, `incomplete object-missing ${odd}`];
  assertVerdict(await deep(carl), 'incomplete', absent);
  carl.write(stored, weights);
  // A pointer that says another size stands for nothing that there is.
  assertVerdict(await deep(carl), 'violated', [`violation artifact-mismatch ${odd}`]);
  carl.write(stored, 'a gigabyte of poison!');
  const mismatches = [big, odd].map((each) => `violation artifact-mismatch ${each}`);
  assertVerdict(await deep(carl), 'violated', mismatches);
  carl.write(stored, weights);
  carl.write(big ?? '', 'a gigabyte of poison!');
  const judged = await deep(carl);
  assertVerdict(judged, 'violated', mismatches);
  assert.match(judged.stdout, 'data/big.bin in the work tree is not what');
});

story(
  '38: a git-lfs file that is what its pointer says, checked out and not',
  async ({ team: { alice, carl } }) => {
    const weights = 'a gigabyte of weights';
    const oid = sha256Hex(weights);
    alice.write('data/big.bin', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 21\n`);
    await alice.commit('weights');
    await alice.push();
    await carl.pull();
    carl.write(path.join('.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid), weights);
    assertVerdict(await deep(carl), 'verified');
    carl.write('data/big.bin', weights);
    assertVerdict(await deep(carl), 'verified');
  },
);

story('products that git ignores are checked where they are, and missed nowhere', async ({ team }) => {
  const { bob, carl } = team;
  bob.write('.gitignore', '/model/optimizer.pt\n/model/states/\n');
  await bob.commit('what is not kept');
  const script = `sh scripts/train.sh; echo more >>model/weights.txt; echo state >model/optimizer.pt; mkdir -p model/states; echo 1 >model/states/1`;
  await bob.git('mlchain', 'run', 'train', '--', 'sh', '-c', script);
  await bob.commit('trained');
  await bob.push();
  const differs = ['warning command-differs'];
  assertVerdict(await deep(bob), 'verified', differs);
  await carl.pull();
  assertVerdict(await deep(carl), 'verified', differs);
  bob.write('model/optimizer.pt', 'another state\n');
  assertVerdict(await bob.verify('--history'), 'verified', differs);
  const judged = await deep(bob);
  assertVerdict(judged, 'violated', [...differs, 'violation artifact-mismatch model/optimizer.pt']);
  assert.match(judged.stdout, /model\/optimizer.pt in the work tree is not what train: the link of Bob/);
  // Another commit has nothing to do with what lies in the work tree.
  assertVerdict(await bob.verify('--history', '--deep', 'HEAD^'), 'verified');
});

story.run();
