import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { pendingLinks, startedWork } from '../../src/record/desk.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import type { NewPending, RunRequest } from '../../src/record/run.ts';
import { runStep, startWork, stopWork } from '../../src/record/run.ts';
import { runScope } from '../../src/record/run-patterns.ts';
import { failure } from '../support/failure.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, matches, only, threeSteps } from '../support/workshop.ts';

async function begun(): Promise<Workshop> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  shop.write('.gitignore', '*.tmp\n');
  await shop.commit();
  await afterCommit(shop.context(), 'post-commit');
  return shop;
}

async function run(shop: Workshop, script: string, parts: Partial<RunRequest> = {}): Promise<NewPending> {
  const context = shop.context();
  const { patterns } = await runScope(context, 'prepare');
  return await runStep(context, patterns, {
    command: ['sh', '-c', script],
    cwd: shop.path,
    env: shop.person.env,
    recordStreams: false,
    outputTo: 'stdout',
    bindAnyway: false,
    rollbackOnFailure: false,
    ...parts,
  });
}

const PREPARE = 'mkdir -p data && tr a-z A-Z <raw/a.csv >data/a.csv';

test('a run notes what it took and what it made, and the next commit binds it', async () => {
  const shop = await begun();
  const { pending, replaced } = await run(shop, PREPARE);
  assert.is(replaced, undefined);
  assert.equal([...pending.materials], [['raw/a.csv', { kind: 'file', digest: sha256Hex('raw\n') }]]);
  assert.equal([...pending.products], [['data/a.csv', { kind: 'file', digest: sha256Hex('RAW\n') }]]);
  const commit = await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { kind: 'signed', recorder: 'run' });
  const { link } = only(await shop.links(commit));
  assert.equal(link.command, ['sh', '-c', PREPARE]);
  assert.equal([...link.byproducts].sort(), [
    ['return-value', 0],
    ['stderr', ''],
    ['stdout', ''],
  ]);
  assert.is(await pendingLinks(shop.repo).read('prepare'), undefined);
  await shop.cleanup();
});

test('a commit in between that is about something else leaves the run waiting', async () => {
  const shop = await begun();
  await run(shop, PREPARE);
  shop.write('README.md', 'x\n');
  await shop.git('add', 'README.md');
  await shop.git('commit', '-q', '-m', 'words');
  assert.equal(await afterCommit(shop.context(), 'post-commit'), []);
  assert.ok(await pendingLinks(shop.repo).read('prepare'));
  await shop.cleanup();
});

test('products touched up by hand after the run are refused by name, and no automatic link takes the place', async () => {
  const shop = await begun();
  await run(shop, PREPARE);
  shop.write('data/a.csv', 'touched up\n');
  const commit = await shop.commit();
  const outcome = only(await afterCommit(shop.context(), 'post-commit'));
  assert.is(outcome.kind === 'refused' && outcome.refusal.kind, 'differs');
  assert.equal(await shop.links(commit), []);
  assert.ok(await pendingLinks(shop.repo).read('prepare'), 'it is still there to be dropped, or to fit');
  await shop.cleanup();
});

test('a run on data that was never committed is refused, and the file is named', async () => {
  const shop = await begun();
  shop.write('raw/a.csv', 'edited\n');
  await run(shop, PREPARE);
  await shop.git('add', 'data');
  await shop.git('commit', '-q', '-m', 'only the result');
  const outcome = only(await afterCommit(shop.context(), 'post-commit'));
  const differences =
    outcome.kind === 'refused' && outcome.refusal.kind === 'differs' ? outcome.refusal.differences : [];
  matches(only(differences), { list: 'materials', name: 'raw/a.csv' });
  await shop.cleanup();
});

test('a later run of the step replaces the earlier one, and says so', async () => {
  const shop = await begun();
  await run(shop, PREPARE);
  const second = await run(shop, `${PREPARE}; echo more >>data/a.csv`);
  assert.instance(second.replaced, Date);
  assert.is((await pendingLinks(shop.repo).list()).length, 1);
  await shop.cleanup();
});

test('a command that fails leaves no link, and its code is told', async () => {
  const shop = await begun();
  const error = await failure(run(shop, `${PREPARE}; exit 42`));
  assert.is(error.code, 'failed');
  assert.match(error.message, /'sh' failed with exit code 42/);
  assert.is(await pendingLinks(shop.repo).read('prepare'), undefined);
  assert.ok(fs.existsSync(path.join(shop.path, 'data/a.csv')), 'what it left is left');
  const killed = await failure(run(shop, 'kill -KILL $$'));
  assert.match(killed.message, /was ended by SIGKILL/);
  await shop.cleanup();
});

test('a failing command can be asked to leave the products as they were', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'uncommitted but dear\n');
  shop.write('data/b.tmp', 'ignored and dear\n');
  const script = 'echo spoilt >data/a.csv; rm data/b.tmp; echo new >data/c.csv; exit 1';
  await failure(run(shop, script, { rollbackOnFailure: true }));
  assert.is(fs.readFileSync(path.join(shop.path, 'data/a.csv'), 'utf8'), 'uncommitted but dear\n');
  assert.is(fs.readFileSync(path.join(shop.path, 'data/b.tmp'), 'utf8'), 'ignored and dear\n');
  assert.not(fs.existsSync(path.join(shop.path, 'data/c.csv')));
  assert.not(fs.existsSync(path.join(shop.path, '.git/mlchain/rollback')));
  await shop.cleanup();
});

test('materials that change under the command are refused by name, also where the time stamps are put back', async () => {
  const shop = await begun();
  const sneaky = 'touch -r raw/a.csv stamp; echo ra! >raw/a.csv; touch -r stamp raw/a.csv; rm stamp';
  for (const meddle of [sneaky, 'rm raw/a.csv', 'echo more >>raw/a.csv']) {
    const error = await failure(run(shop, `${PREPARE}; ${meddle}`));
    assert.match(error.message, /'raw\/a.csv' changed while prepare ran/);
    await shop.git('checkout', '-q', '--', 'raw');
  }
  assert.is(await pendingLinks(shop.repo).read('prepare'), undefined);
  await shop.cleanup();
});

test('what a step works on in place may change', async () => {
  const shop = await makeWorkshop();
  const steps = { tune: { materials: ['ALLOW model/*'], products: ['ALLOW model/*'] } };
  await shop.layOut({ steps });
  shop.write('model/m', 'plain\n');
  await shop.commit();
  await afterCommit(shop.context(), 'post-commit');
  const context = shop.context();
  const { patterns } = await runScope(context, 'tune');
  const request = {
    command: ['sh', '-c', 'echo tuned >model/m'] as const,
    cwd: shop.path,
    env: shop.person.env,
  };
  const how = {
    recordStreams: false,
    outputTo: 'stdout',
    bindAnyway: false,
    rollbackOnFailure: false,
  } as const;
  await runStep(context, patterns, { ...request, ...how });
  const commit = await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { kind: 'signed', recorder: 'run' });
  const { link } = only(await shop.links(commit));
  assert.is(link.materials.get('model/m')?.get('sha256'), sha256Hex('plain\n'));
  assert.is(link.products.get('model/m')?.get('sha256'), sha256Hex('tuned\n'));
  await shop.cleanup();
});

test('a product that the run removed is a material of the link that the commit binds', async () => {
  const shop = await begun();
  shop.write('data/old.csv', 'old\n');
  await shop.commit();
  await afterCommit(shop.context(), 'post-commit');
  await run(shop, `${PREPARE}; rm data/old.csv`);
  const commit = await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { kind: 'signed' });
  const { link } = only(await shop.links(commit));
  assert.ok(link.materials.has('data/old.csv'));
  assert.not(link.products.has('data/old.csv'));
  await shop.cleanup();
});

test('products that git ignores are noted as external; alone they bind only where that is asked for', async () => {
  const shop = await begun();
  await run(shop, `${PREPARE}; echo o >data/optimizer.tmp`);
  const commit = await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { external: ['data/optimizer.tmp'] });
  assert.ok(only(await shop.links(commit)).link.products.has('data/optimizer.tmp'));
  await shop.git('rm', '-q', 'data/a.csv');
  await shop.commit();
  await afterCommit(shop.context(), 'post-commit');
  await run(shop, 'echo o >data/only.tmp');
  await shop.commit();
  assert.equal(await afterCommit(shop.context(), 'post-commit'), []);
  await run(shop, 'echo o >data/only.tmp', { bindAnyway: true });
  await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { kind: 'signed', step: 'prepare' });
  await shop.cleanup();
});

test('work that is no single command is bracketed, and materials are held to it as well', async () => {
  const shop = await begun();
  const context = shop.context();
  const { patterns } = await runScope(context, 'prepare');
  assert.not(await startWork(context, patterns));
  assert.ok(await startWork(context, patterns), 'a second start is said to be one');
  shop.write('raw/a.csv', 'changed\n');
  assert.match((await failure(stopWork(context, patterns))).message, /'raw\/a.csv' changed/);
  await shop.git('checkout', '-q', '--', 'raw');
  shop.write('data/a.csv', 'by notebook\n');
  const { pending } = await stopWork(context, patterns);
  matches(pending, { recorder: 'record', command: [] });
  assert.is(await startedWork(shop.repo).read('prepare'), undefined);
  const commit = await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { kind: 'signed', recorder: 'record' });
  assert.equal(only(await shop.links(commit)).link.byproducts, new Map());
  assert.match((await failure(stopWork(context, patterns))).message, /no work on prepare was begun/);
  await shop.cleanup();
});

test('a step is looked for in HEAD’s layout, then in that of the work tree', async () => {
  const shop = await makeWorkshop();
  assert.match((await failure(runScope(shop.context(), 'prepare'))).message, /there is no layout here/);
  await shop.layOut(threeSteps);
  assert.ok(await runScope(shop.context(), 'prepare'), 'before the first commit');
  await shop.commit();
  await shop.layOut({ steps: { ...threeSteps.steps, test: { products: ['ALLOW metrics/*'] } } });
  assert.ok(await runScope(shop.context(), 'test'), 'a step that is being introduced');
  const error = await failure(runScope(shop.context(), 'tset'));
  assert.is(error.code, 'usage');
  assert.match(error.hint ?? '', /source, prepare, train, test/);
  await shop.cleanup();
});

test('without a command the link says that there was none, and what went in and out', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'made by hand\n');
  const { pending } = await run(shop, '', { command: [] });
  assert.equal(pending.command, []);
  assert.equal([...pending.byproducts], []);
  assert.equal([...pending.materials.keys()], ['raw/a.csv']);
  assert.equal([...pending.products.keys()], ['data/a.csv']);
  const commit = await shop.commit();
  matches(only(await afterCommit(shop.context(), 'post-commit')), { kind: 'signed', recorder: 'run' });
  assert.equal(only(await shop.links(commit)).link.command, []);
  await shop.cleanup();
});

const DIGESTS = '.git/mlchain/digests';

/** As if nothing had ever been hashed here. */
async function forgotten(): Promise<Workshop> {
  const shop = await begun();
  fs.rmSync(path.join(shop.path, '.git/mlchain'), { recursive: true, force: true });
  return shop;
}

for (const [what, command] of [
  ['fails', ['false']],
  ['does not exist', ['no-such-program-of-ours']],
] as const) {
  test(`what was hashed of the materials stays known when the command ${what}`, async () => {
    const shop = await forgotten();
    await failure(run(shop, '', { command }));
    assert.ok(fs.existsSync(path.join(shop.path, DIGESTS)));
    await shop.cleanup();
  });
}

test('a long command does not keep what was hashed from being written', async () => {
  const shop = await forgotten();
  await run(shop, `until test -d ${DIGESTS}; do sleep 0.1; done; ${PREPARE}`, { timeoutMs: 60_000 });
  await shop.cleanup();
});

test.run();
