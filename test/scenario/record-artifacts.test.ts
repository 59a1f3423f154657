import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// What lies in a repository is not always a plain text file. Whatever it is, recorder and judge have to mean the same.

const story = stories('recording artifacts of every kind', { stopBefore: 'prepare' });

/** What the one link of HEAD signs. */
async function signed(member: Member) {
  const lines = await member.lines(await member.head());
  assert.is(lines.length, 1);
  return JSON.parse(lines[0] ?? '').signed;
}

async function verified(member: Member): Promise<void> {
  assertVerdict(await member.verify('--history'), 'verified');
}

story('names with spaces, quotes, other scripts and leading dashes', async ({ team: { alice } }) => {
  const names = [
    'a b.txt',
    `it's "q".txt`,
    '数据.csv',
    'naïve.txt',
    '-dash',
    '*star*',
    'tab\there',
    'back\\slash',
    '__proto__',
  ];
  for (const name of names) alice.write(`data/${name}`, name);
  await alice.commit('odd names');
  const { products } = await signed(alice);
  assert.equal(Object.keys(products).sort(), names.map((name) => `data/${name}`).sort());
  assert.is(products['data/数据.csv'].sha256, sha256Hex('数据.csv'));
  await verified(alice);
});

story('empty files, executable files, many files, files with no end of line', async ({ team: { alice } }) => {
  alice.write('data/empty', '');
  alice.write('data/tool', '#!/bin/sh\n');
  fs.chmodSync(path.join(alice.clone, 'data/tool'), 0o755);
  for (let each = 0; each < 300; each += 1) alice.write(`data/parts/${each}`, `${each}`);
  await alice.commit('all sorts');
  const { products } = await signed(alice);
  assert.is(Object.keys(products).length, 302);
  assert.is(products['data/empty'].sha256, sha256Hex(''));
  await verified(alice);
});

story(
  'line ends that git converts have the digest of what git stores, run or committed',
  async ({ team: { alice } }) => {
    alice.write('.gitattributes', '*.txt text eol=crlf\n');
    await alice.commit('attributes');
    const script = 'mkdir -p data; printf "one\\r\\ntwo\\r\\n" >data/words.txt';
    await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', script);
    await alice.commit('crlf');
    const { products, environment } = await signed(alice);
    assert.is(environment.mlchain.recorder, 'run');
    assert.is(products['data/words.txt'].sha256, sha256Hex('one\ntwo\n'));
    assertVerdict(await alice.verify('--history'), 'verified', ['warning command-differs']);
  },
);

story('a git-lfs pointer stands for its content', async ({ team: { alice } }) => {
  const oid = sha256Hex('a gigabyte of weights');
  alice.write('data/big.bin', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 21\n`);
  await alice.commit('a pointer');
  const { products, environment } = await signed(alice);
  assert.equal(products['data/big.bin'], { sha256: oid });
  assert.equal(environment.mlchain.kinds, { 'data/big.bin': 'lfs' });
  await verified(alice);
  alice.write('data/big.bin', 'a gigabyte of weights');
  await alice.commit('the content in place of the pointer');
  assert.equal((await signed(alice)).environment.mlchain.kinds, undefined);
  await verified(alice);
});

story(
  'files are renamed, and removed: the old names are materials that no product is left of',
  async ({ team }) => {
    const { alice } = team;
    alice.write('data/a.txt', 'a\n');
    alice.write('data/b.txt', 'b\n');
    await alice.commit('two files');
    await alice.git('mv', 'data/a.txt', 'data/c.txt');
    await alice.commit('renamed');
    const renamed = await signed(alice);
    assert.ok(renamed.materials['data/a.txt']);
    assert.equal(Object.keys(renamed.products).sort(), ['data/b.txt', 'data/c.txt']);
    await alice.git('rm', '-q', '-r', 'data');
    await alice.commit('all gone');
    const gone = await signed(alice);
    assert.equal(gone.products, {});
    assert.equal(
      Object.keys(gone.materials)
        .filter((name) => name.startsWith('data/'))
        .sort(),
      ['data/b.txt', 'data/c.txt'],
    );
    await verified(alice);
  },
);

story('a symbolic link is refused by name', async ({ team: { alice } }) => {
  fs.mkdirSync(path.join(alice.clone, 'data'));
  fs.symlinkSync('../raw/words.txt', path.join(alice.clone, 'data/words.txt'));
  await alice.git('add', '-A');
  const { stderr } = await alice.tries(['commit', '-q', '-m', 'a link']);
  assert.match(stderr, /data\/words.txt is a symbolic link/);
  assert.equal(await alice.lines(await alice.head()), []);
});

story('a submodule is recorded by its commit', async ({ team: { alice } }) => {
  const inner = alice.person.at('inner');
  await alice.person.git(['init', '-q', inner]);
  await alice.person.git(['commit', '-q', '--allow-empty', '-m', 'inner'], { cwd: inner });
  await alice.git('submodule', '--quiet', 'add', inner, 'data/vendored');
  await alice.commit('a submodule');
  const id = await alice.in(inner).head();
  const { products, environment } = await signed(alice);
  assert.equal(products['data/vendored'], { gitCommit: id });
  assert.equal(environment.mlchain.kinds, { 'data/vendored': 'submodule' });
  await verified(alice);
});

story.run();

const directories = stories('recording directories as one artifact', {
  stopBefore: 'prepare',
  config: `steps:
  source: { products: [raw/, scripts/] }
  prepare: { materials: [raw/, scripts/prepare.sh], products: ["dir:data"], command: [sh, scripts/prepare.sh] }
  train: { materials: ["dir:data", scripts/train.sh], products: [model/], command: [sh, scripts/train.sh] }
`,
});

directories('a directory is one product, by hook and by run, and one material', async ({ team }) => {
  const { alice, bob } = team;
  alice.write('data/a', '1');
  alice.write('data/deep/b', '2');
  await alice.commit('by hand');
  assert.equal(Object.keys((await signed(alice)).products), ['dir:data']);
  await verified(alice);
  await alice.work('prepare');
  const { products, environment } = await signed(alice);
  assert.equal(Object.keys(products), ['dir:data']);
  assert.is(environment.mlchain.recorder, 'run');
  await verified(alice);
  await alice.push();
  await bob.pull();
  await bob.work('train');
  assert.ok((await signed(bob)).materials['dir:data']);
  assertVerdict(await bob.verify('--history'), 'verified');
});

directories('poison in the directory is not signed with an honest file beside it', async ({ team }) => {
  const { alice, mallory } = team;
  await alice.work('prepare');
  await alice.push();
  await mallory.pull();
  mallory.write('data/poison', 'p');
  const poison = await mallory.commitWithoutHooks('improve');
  await mallory.pushPastHooks();
  await alice.pull();
  alice.write('data/honest', 'h');
  await alice.git('add', '-A');
  const { stderr } = await alice.tries(['commit', '-q', '-m', 'my own']);
  assert.match(stderr, `last changed in ${poison.slice(0, 7)} by Mallory`);
  assert.equal(await alice.lines(await alice.head()), []);
});

directories('the honest twin: a file beside what a functionary made', async ({ team: { alice } }) => {
  await alice.work('prepare');
  alice.write('data/honest', 'h');
  await alice.commit('one more');
  assert.equal(Object.keys((await signed(alice)).products), ['dir:data']);
  await verified(alice);
});

directories.run();
