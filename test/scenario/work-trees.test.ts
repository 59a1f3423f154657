import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// Digests are of what git stores. What lies in a work tree is compared through git's own conversion, and git may be told
// by its environment where work tree, index and repository are.

const story = stories('work trees as they are');
const DATA = 'data/words.txt';

async function productsAt(member: Member, commit: string): Promise<ReadonlyMap<string, { sha256: string }>> {
  const [{ signed }] = JSON.parse(await member.mlchain('show', commit, '--json')).envelopes;
  return new Map(Object.entries(signed.products));
}

async function storedDigest(member: Member, spec: string): Promise<string> {
  const { stdoutBytes } = await member.tries(['cat-file', 'blob', spec], { code: 0 });
  fs.writeFileSync(member.person.at('stored'), stdoutBytes);
  const { stdout } = await member.person.exec('sha256sum', [member.person.at('stored')]);
  return stdout.slice(0, 64);
}

story(
  'whoever checks out with CRLF makes what everybody else verifies',
  async ({ team: { alice, carl } }) => {
    await alice.git('config', 'core.autocrlf', 'true');
    fs.rmSync(path.join(alice.clone, 'raw'), { recursive: true });
    await alice.git('checkout', '-q', '--', 'raw');
    assert.match(alice.read('raw/words.txt'), /^pear\r\n/);
    await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', `printf 'fig\\r\\nkiwi\\r\\n' >${DATA}`);
    const commit = await alice.commit('made where lines end in CRLF');
    await alice.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history', '--strict'), 'verified', ['warning command-differs']);
    assert.is(carl.read(DATA), 'fig\nkiwi\n');
    assert.is((await productsAt(carl, commit)).get(DATA)?.sha256, await storedDigest(carl, `HEAD:${DATA}`));
  },
);

story(
  'a clean filter decides what is signed; a reader without it verifies all the same',
  async ({ team }) => {
    const { alice, carl } = team;
    alice.write('.gitattributes', 'data/*.enc filter=rot\ndata/*.id ident\n');
    await alice.git('config', 'filter.rot.clean', 'tr a-z b-za');
    await alice.git('config', 'filter.rot.smudge', 'tr b-za a-z');
    await alice.commit('attributes');
    const script = `echo hello >data/x.enc; echo '$Id: as it was checked out $' >data/x.id`;
    await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', script);
    const commit = await alice.commit('filtered');
    assert.is(await alice.git('cat-file', 'blob', 'HEAD:data/x.enc'), 'ifmmp');
    assert.is(await alice.git('cat-file', 'blob', 'HEAD:data/x.id'), '$Id$');
    await alice.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history', '--strict'), 'verified', ['warning command-differs']);
    const products = await productsAt(carl, commit);
    for (const name of ['data/x.enc', 'data/x.id'])
      assert.is(products.get(name)?.sha256, await storedDigest(carl, `HEAD:${name}`));
  },
);

story('44: hooks find their repository whatever git exports to them', async ({ team: { alice, carl } }) => {
  alice.write('data/a', 'a');
  alice.write('data/b', 'b');
  await alice.git('add', '-A');
  // With a temporary index, which git names to the hook.
  await alice.git('commit', '-q', '-m', 'only a', 'data/a');
  await alice.git('commit', '-q', '-a', '-m', 'the rest');

  const elsewhere = {
    cwd: '/',
    env: { GIT_DIR: path.join(alice.clone, '.git'), GIT_WORK_TREE: alice.clone },
  };
  alice.write('data/c', 'c');
  await alice.tries(['add', '-A'], { ...elsewhere, code: 0 });
  await alice.tries(['commit', '-q', '-m', 'from afar'], { ...elsewhere, code: 0 });

  const index = { env: { GIT_INDEX_FILE: alice.person.at('index') } };
  fs.copyFileSync(path.join(alice.clone, '.git/index'), alice.person.at('index'));
  alice.write('data/d', 'd');
  await alice.tries(['add', '-A'], { ...index, code: 0 });
  await alice.tries(['commit', '-q', '-m', 'by another index'], { ...index, code: 0 });

  await alice.git('init', '-q', '--separate-git-dir', alice.person.at('apart.git'));
  await alice.git('reset', '-q');
  alice.write('data/e', 'e');
  await alice.commit('with a git directory elsewhere');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
  const { stdout } = await alice.tries(['mlchain', 'verify', '--history'], {
    cwd: '/',
    env: { GIT_DIR: alice.person.at('apart.git') },
  });
  assert.match(stdout, /^verified/);
});

story(
  '44: a git child of somebody else’s repository is not misled by the hook’s variables',
  async ({ team }) => {
    const { alice, carl } = team;
    const { stdout } = await carl.tries(['mlchain', '-C', carl.clone, 'verify', '--history'], {
      cwd: alice.clone,
      env: { GIT_INDEX_FILE: path.join(alice.clone, '.git/index'), GIT_PREFIX: 'data/' },
    });
    assert.match(stdout, /^verified/);
  },
);

const modern = stories('a SHA-256 repository', { objectFormat: 'sha256' });

modern(
  'is recorded, pushed, verified and released like any other',
  async ({ team: { alice, bob, carl, mallory } }) => {
    assertVerdict(await carl.verify(), 'verified');
    alice.write(DATA, 'kiwi\n');
    await alice.commit('other data');
    await alice.git('commit', '-q', '--amend', '-m', 'reworded');
    await alice.push();
    await bob.pull();
    await bob.work('train');
    await bob.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history', '--strict'), 'verified');
    await mallory.pull();
    mallory.write(DATA, 'poison\n');
    await mallory.commitWithoutHooks('poison');
    await mallory.pushPastHooks();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
  },
);

story.run();
modern.run();
