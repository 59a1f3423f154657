import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { Repository } from '../../src/git/repository.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { KeyError } from '../../src/openpgp/key-error.ts';
import type { RecordingContext } from '../../src/record/context.ts';
import { pendingLinks } from '../../src/record/desk.ts';
import { queuedCommits } from '../../src/record/missing.ts';
import type { Outcome } from '../../src/record/outcome.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { asMaps } from '../support/as-maps.ts';
import { makeKey } from '../support/layout.ts';
import { pendingOf } from '../support/listings.ts';
import type { Workshop } from '../support/workshop.ts';
import { adding, makeWorkshop, matches, only, threeSteps } from '../support/workshop.ts';

/** A repository whose first commit has the layout and the raw data. */
async function begun(): Promise<Workshop> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  await shop.commit('begin');
  await record(shop);
  return shop;
}

async function record(shop: Workshop, changes?: Partial<RecordingContext>): Promise<readonly Outcome[]> {
  return await afterCommit(shop.context(changes), 'post-commit');
}

/** Somebody else's commit on this branch, as a pull would bring it: no hook saw it, the reflog says so. */
async function arrive(
  shop: Workshop,
  files: Readonly<Record<string, string>>,
  author = 'Mallory <mallory@example.org>',
): Promise<string> {
  const branch = await shop.git('symbolic-ref', '--short', 'HEAD');
  await shop.git('checkout', '-q', '-b', 'elsewhere');
  for (const [name, content] of Object.entries(files)) shop.write(name, content);
  await shop.git('add', '-A');
  await shop.git('commit', '-q', '-m', 'arrived', '--author', author);
  await shop.git('checkout', '-q', branch);
  await shop.git('merge', '-q', '--ff-only', 'elsewhere');
  await shop.git('branch', '-q', '-D', 'elsewhere');
  return await shop.git('rev-parse', 'HEAD');
}

async function amend(shop: Workshop): Promise<void> {
  await shop.git('add', '-A');
  await shop.git('commit', '-q', '--amend', '--no-edit', '--allow-empty', '--reset-author');
}

function refusalOf(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.refusal.kind : outcome.kind;
}

const digestOf = (content: string) => new Map([['sha256', sha256Hex(content)]]);

test('a commit of a controlled file leaves a link with products and materials of its own tree', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  const commit = await shop.commit('prepare');
  const outcomes = await record(shop);
  assert.equal(
    outcomes.map(({ kind }) => kind),
    ['signed'],
  );
  const { link, binding } = only(await shop.links(commit));
  assert.is(link.name, 'prepare');
  assert.equal(asMaps(link.materials), new Map([['raw/a.csv', digestOf('raw\n')]]));
  assert.equal(asMaps(link.products), new Map([['data/a.csv', digestOf('prepared\n')]]));
  assert.equal(link.byproducts, new Map());
  assert.equal(binding.changed, new Map([['data/a.csv', { before: null, after: sha256Hex('prepared\n') }]]));
  assert.is(binding.recorder, 'post-commit');
  assert.is(binding.tree, await shop.git('rev-parse', 'HEAD^{tree}'));
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test('a commit of several steps leaves a link for each, and data and model may come together', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  shop.write('model/m.bin', 'weights\n');
  const commit = await shop.commit('both');
  await record(shop);
  const links = await shop.links(commit);
  assert.equal(links.map(({ link }) => link.name).sort(), ['prepare', 'train']);
  const train = links.find(({ link }) => link.name === 'train');
  assert.equal(asMaps(train?.link.materials), new Map([['data/a.csv', digestOf('prepared\n')]]));
  await shop.cleanup();
});

test('a commit that touches nothing controlled leaves nothing, unless it names a step', async () => {
  const shop = await begun();
  shop.write('README.md', 'hello\n');
  const plain = await shop.commit('words');
  assert.equal(await record(shop), []);
  assert.equal(await shop.links(plain), []);
  const named = await shop.commit('look again\n\nMlchain-Step: source');
  await record(shop);
  const { link } = only(await shop.links(named));
  assert.equal([link.name, ...link.products.keys()], ['source', 'raw/a.csv']);
  const commit = await shop.commit('again');
  assert.equal(await record(shop, { env: { MLCHAIN_STEP: 'trian' } }), [
    { kind: 'unknown-step', commit, step: 'trian', known: ['source', 'prepare', 'train'] },
  ]);
  await shop.cleanup();
});

test('the configuration adds to what is recorded', async () => {
  const shop = await begun();
  shop.write('scripts/prepare.py', 'print()\n');
  shop.write('data/a.csv', 'prepared\n');
  const commit = await shop.commit();
  await record(shop, adding('prepare', { materials: ['scripts/'] }));
  const { link } = only(await shop.links(commit));
  assert.equal([...link.materials.keys()].sort(), ['raw/a.csv', 'scripts/prepare.py']);
  await shop.cleanup();
});

test('a link recorded twice is one line', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  const commit = await shop.commit();
  assert.is(only(await record(shop)).kind, 'signed');
  assert.is(only(await record(shop)).kind, 'already-signed');
  assert.is((await shop.links(commit)).length, 1);
  await shop.cleanup();
});

test('poison that was pulled is not signed with the next commit, and whose it is is said', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'good\n');
  await shop.commit();
  await record(shop);
  const poison = await arrive(shop, { 'data/b.csv': 'poison\n' });
  shop.write('data/c.csv', 'mine\n');
  const commit = await shop.commit('my work');
  const outcome = only(await record(shop));
  assert.equal(outcome, {
    kind: 'refused',
    commit,
    step: 'prepare',
    refusal: {
      kind: 'unexplained',
      files: ['data/b.csv'],
      blame: { commit: poison, author: 'Mallory <mallory@example.org>' },
    },
  });
  assert.equal(await shop.links(commit), []);
  await shop.cleanup();
});

test('the honest twin: what a functionary signed and pushed is explained, and work goes on', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'good\n');
  await shop.commit();
  await record(shop);
  shop.write('data/c.csv', 'mine\n');
  await shop.commit('my work');
  assert.is(only(await record(shop)).kind, 'signed');
  await shop.cleanup();
});

test('poison does not become clean by being changed in its mode, or by a layout that is put over it', async () => {
  const shop = await begun();
  await arrive(shop, { 'data/b.csv': 'poison\n' });
  await shop.git('update-index', '--chmod=+x', 'data/b.csv');
  shop.write('data/c.csv', 'mine\n');
  await shop.git('add', 'data/c.csv');
  await shop.git('commit', '-q', '-m', 'my work');
  assert.is(refusalOf(only(await record(shop))), 'unexplained');
  await shop.layOut({ ...threeSteps, readme: `mlchain-id: ${'1'.repeat(32)}` });
  await shop.commit('a new layout');
  assert.equal(await record(shop), [], 'control did not change, so nothing of it did');
  await shop.cleanup();
});

test('adopting a layout signs nothing that lay there before', async () => {
  const shop = await makeWorkshop();
  shop.write('raw/a.csv', 'raw\n');
  await shop.commit('long before');
  await shop.layOut(threeSteps);
  const commit = await shop.commit('adopt');
  assert.is(refusalOf(only(await record(shop))), 'unexplained');
  assert.equal(await shop.links(commit), []);
  await shop.cleanup();
});

test('a commit by somebody else, and one that nobody made just now, is left alone with one line', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  await shop.git('add', '-A');
  await shop.git('commit', '-q', '-m', 'x', '--author', 'Mallory <mallory@example.org>');
  const commit = await shop.git('rev-parse', 'HEAD');
  const author = 'Mallory <mallory@example.org>';
  assert.equal(await record(shop), [
    { kind: 'foreign', commit, how: 'other-author', steps: ['prepare'], author },
  ]);
  await arrive(shop, { 'data/b.csv': 'poison\n' });
  matches(only(await record(shop)), { kind: 'foreign', how: 'unknown' });
  assert.equal(await afterCommit(shop.context(), 'post-merge'), [], 'a pull that brought it is no news');
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test('amending own work signs the new commit, amending what arrived signs nothing', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  await shop.commit();
  await record(shop);
  shop.write('data/a.csv', 'prepared better\n');
  await amend(shop);
  assert.is(only(await record(shop)).kind, 'signed');
  await arrive(shop, { 'data/b.csv': 'poison\n' }, 'Alice <alice@example.org>');
  shop.write('data/c.csv', 'mine\n');
  await amend(shop);
  matches(only(await record(shop)), { kind: 'foreign', how: 'amended-foreign' });
  await amend(shop);
  matches(only(await record(shop)), { kind: 'foreign', how: 'amended-foreign' });
  await shop.cleanup();
});

test('amending a commit that touched nothing controlled is own work, though no hook wrote it down', async () => {
  const shop = await begun();
  shop.write('README.md', 'hello\n');
  await shop.commit('words');
  shop.write('data/a.csv', 'prepared\n');
  await amend(shop);
  assert.is(only(await record(shop)).kind, 'signed');
  await shop.cleanup();
});

test('amending the words of a commit keeps what its link knows of the command', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  await pendingLinks(shop.repo).write(
    pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products: { 'data/a.csv': 'prepared\n' } }),
  );
  const first = await shop.commit();
  matches(only(await record(shop)), { kind: 'signed', recorder: 'run' });
  await shop.git('commit', '-q', '--amend', '-m', 'better words');
  const second = await shop.git('rev-parse', 'HEAD');
  matches(only(await record(shop)), { kind: 'signed', recorder: 'post-rewrite' });
  const { link, binding } = only(await shop.links(second));
  assert.equal(link.command, ['make', 'data']);
  assert.is(binding.rewrittenFrom, first);
  await shop.cleanup();
});

test('a merge signs for what the merge itself made, and never for what came with a side', async () => {
  const shop = await begun();
  const lines = (first: string, last: string) => `${first}${'line\n'.repeat(20)}${last}`;
  shop.write('data/a.csv', lines('', ''));
  await shop.commit();
  await record(shop);
  await shop.git('checkout', '-q', '-b', 'side');
  shop.write('data/a.csv', lines('side\n', ''));
  await shop.commit('on the side');
  await record(shop);
  await shop.git('checkout', '-q', 'main');
  shop.write('data/a.csv', lines('', 'main\n'));
  await shop.commit('on main');
  await record(shop);
  await shop.git('merge', '-q', '--no-edit', 'side');
  const merge = await shop.git('rev-parse', 'HEAD');
  assert.is(only(await afterCommit(shop.context(), 'post-merge')).kind, 'signed');
  const { link, binding } = only(await shop.links(merge));
  assert.equal([...link.products.keys()], ['data/a.csv']);
  assert.equal([...binding.changed.keys()], ['data/a.csv']);
  await shop.cleanup();
});

test('a merge that settles a conflict for poison is not signed', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'good\n');
  await shop.commit();
  await record(shop);
  await shop.git('checkout', '-q', '-b', 'side');
  await arrive(shop, { 'data/a.csv': 'poison\n' });
  await shop.git('checkout', '-q', 'main');
  shop.write('data/a.csv', 'mine\n');
  await shop.commit();
  await record(shop);
  await shop.person.git(['merge', '-q', '-X', 'theirs', '--no-edit', 'side'], { cwd: shop.path });
  assert.is(refusalOf(only(await afterCommit(shop.context(), 'post-merge'))), 'unexplained');
  await shop.cleanup();
});

test('a link to a file is nobody’s product', async () => {
  const shop = await begun();
  fs.mkdirSync(path.join(shop.path, 'data'));
  fs.symlinkSync('../raw/a.csv', path.join(shop.path, 'data/a.csv'));
  await shop.commit();
  assert.is(refusalOf(only(await record(shop))), 'unexplainable');
  await shop.cleanup();
});

test('without a key, or with a locked one, the commit is queued', async () => {
  const shop = await makeWorkshop({ passphrase: 'secret' });
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  const commit = await shop.commit();
  matches(only(await record(shop)), { kind: 'queued', commit });
  assert.equal(await queuedCommits(shop.context()), [commit]);
  assert.equal(await shop.links(commit), []);
  fs.rmSync(shop.person.at('.local'), { recursive: true });
  shop.write('data/a.csv', 'prepared\n');
  const next = await shop.commit();
  const outcome = only(await record(shop));
  assert.is(outcome.kind === 'queued' && outcome.error instanceof KeyError && outcome.error.reason, 'no-key');
  assert.equal(await queuedCommits(shop.context()), [commit, next]);
  await shop.cleanup();
});

test('who is no functionary of a step records nothing for it, and is not queued', async () => {
  const shop = await makeWorkshop();
  const stranger = makeKey('b');
  const steps = { ...threeSteps.steps, prepare: { ...threeSteps.steps.prepare, pubkeys: [stranger.keyid] } };
  await shop.layOut({ steps, keys: [shop.signer.certificate.publicKey, stranger] });
  shop.write('raw/a.csv', 'raw\n');
  shop.write('data/a.csv', 'prepared\n');
  const commit = await shop.commit();
  const outcomes = await record(shop);
  assert.equal(outcomes.map(({ kind }) => kind).sort(), ['refused', 'signed']);
  assert.equal(
    (await shop.links(commit)).map(({ link }) => link.name),
    ['source', 'train'].slice(0, 1),
  );
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test('a broken layout and a name that is no text can never be signed; a broken configuration can be mended', async () => {
  const shop = await begun();
  const broken = { extraPatterns: async () => Promise.reject(new MlchainError('config', 'line 3: oh')) };
  shop.write('data/a.csv', 'prepared\n');
  const waiting = await shop.commit();
  matches(only(await record(shop, broken)), { kind: 'queued', commit: waiting });
  assert.equal(await queuedCommits(shop.context()), [waiting]);
  fs.writeFileSync(Buffer.concat([Buffer.from(`${shop.path}/data/caf`), Buffer.of(0xe9)]), 'x');
  const unnamed = await shop.commit();
  matches(only(await record(shop)), { kind: 'unsigned', commit: unnamed });
  await shop.git('reset', '-q', '--hard', 'HEAD~1');
  shop.write('.mlchain/root.layout', '{"broken');
  const unruled = await shop.commit();
  matches(only(await record(shop)), { kind: 'unsigned', commit: unruled });
  assert.equal(await queuedCommits(shop.context()), [waiting]);
  await shop.cleanup();
});

test('in an empty repository, and without a layout, there is nothing to do', async () => {
  const shop = await makeWorkshop();
  assert.equal(await record(shop), []);
  shop.write('data/a.csv', 'x');
  await shop.commit();
  assert.equal(await record(shop), []);
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test('the same in a SHA-256 repository and in a linked worktree', async () => {
  const shop = await makeWorkshop({ objectFormat: 'sha256' });
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  await shop.commit();
  await record(shop);
  const linked = shop.person.at('linked');
  await shop.git('worktree', 'add', '-q', linked);
  fs.mkdirSync(path.join(linked, 'data'));
  fs.writeFileSync(path.join(linked, 'data/a.csv'), 'prepared\n');
  await shop.person.git(['add', '-A'], { cwd: linked });
  await shop.person.git(['commit', '-q', '-m', 'over there'], { cwd: linked });
  const repo = await Repository.open(linked, shop.person.env);
  assert.is(only(await record(shop, { repo })).kind, 'signed');
  const commit = await repo.resolveCommit('HEAD');
  assert.is(only(await shop.links(commit)).binding.objectFormat, 'sha256');
  await repo.close();
  await shop.cleanup();
});

test.run();
