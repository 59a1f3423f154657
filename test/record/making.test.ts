import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCommit } from '../../src/git/history.ts';
import { Repository } from '../../src/git/repository.ts';
import type { Making } from '../../src/record/making.ts';
import { howMade } from '../../src/record/making.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

/**
 * What git shows to a hook is gone when the command has ended. So the hooks here copy the whole git directory aside,
 * and what is asked afterwards is asked of the copies: git itself says what each way to make a commit looks like.
 */
async function observed(): Promise<Observed> {
  const config = new Map([
    ['sequence.editor', 'true'],
    ['core.editor', 'true'],
  ]);
  const clone = await makeClone({ config });
  const seen = clone.person.at('seen');
  for (const hook of ['post-commit', 'post-merge']) {
    const script = `#!/bin/sh\nn=${seen}/$(date +%s%N)-${hook}\nmkdir -p $n && cp -R "\${GIT_DIR:-.git}" $n/.git\n`;
    clone.write(`.git/hooks/${hook}`, script);
    fs.chmodSync(path.join(clone.path, '.git/hooks', hook), 0o755);
  }
  return { clone, seen };
}

interface Observed {
  readonly clone: WorkingClone;
  readonly seen: string;
}

/** What the hooks saw since the last time: `post-commit commit`. */
async function makings({ clone, seen }: Observed): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of fs.existsSync(seen) ? fs.readdirSync(seen).sort() : []) {
    const repo = await Repository.open(path.join(seen, name), clone.person.env);
    const commit = await readCommit(repo, await repo.resolveCommit('HEAD'));
    found.push(`${name.replace(/^\d+-/, '')} ${words(await howMade(repo, commit))}`);
    await repo.close();
    fs.rmSync(path.join(seen, name), { recursive: true });
  }
  return found;
}

function words(making: Making): string {
  return making.kind === 'amend' ? `amend ${making.replaced.length}` : making.kind;
}

/** Lets git fail: a conflict ends with 1. */
async function attempt({ person, path: cwd }: WorkingClone, ...args: string[]): Promise<void> {
  await person.git(args, { cwd, code: 'any' });
}

async function save(clone: WorkingClone, file: string, content: string, message = file): Promise<string> {
  clone.write(file, content);
  return await clone.commit(message);
}

test('a plain commit, the first one and one on a detached HEAD are own making, an amend names what it replaced', async () => {
  const all = await observed();
  const { clone } = all;
  await save(clone, 'a', '1');
  assert.equal(await makings(all), ['post-commit commit']);
  await save(clone, 'a', '2');
  await clone.git('commit', '-q', '--amend', '-m', 'cherry-pick: not at all');
  await clone.git('checkout', '-q', '--detach');
  await save(clone, 'a', '3');
  assert.equal(await makings(all), ['post-commit commit', 'post-commit amend 40', 'post-commit commit']);
  await clone.git('revert', '--no-edit', 'HEAD');
  assert.equal(await makings(all), ['post-commit commit'], 'to revert is to make');
  await clone.cleanup();
});

test('a cherry-pick is not, also where a conflict was settled by git commit or by --continue', async () => {
  const all = await observed();
  const { clone } = all;
  await save(clone, 'a', '1');
  await clone.git('checkout', '-q', '-b', 'side');
  await save(clone, 'b', 'b');
  await save(clone, 'a', 'side');
  await clone.git('checkout', '-q', 'main');
  await save(clone, 'a', 'main');
  await makings(all);
  await clone.git('cherry-pick', 'side~1');
  assert.equal(await makings(all), ['post-commit cherry-pick']);
  await attempt(clone, 'cherry-pick', 'side');
  await save(clone, 'a', 'settled');
  assert.equal(await makings(all), ['post-commit cherry-pick']);
  await clone.git('reset', '-q', '--hard', 'HEAD~1');
  await attempt(clone, 'cherry-pick', 'side');
  clone.write('a', 'settled');
  await clone.git('add', 'a');
  await clone.git('cherry-pick', '--continue');
  assert.equal(await makings(all), ['post-commit cherry-pick']);
  await clone.cleanup();
});

test('nothing inside a rebase is, whatever is done while it is stopped', async () => {
  const all = await observed();
  const { clone } = all;
  await save(clone, 'a', '1');
  await clone.git('checkout', '-q', '-b', 'side');
  await save(clone, 'b', 'b');
  await save(clone, 'a', 'side');
  await clone.git('checkout', '-q', 'main');
  await save(clone, 'a', 'main');
  await makings(all);
  await attempt(clone, 'rebase', 'main', 'side');
  await save(clone, 'a', 'settled', 'by hand');
  await save(clone, 'c', 'c', 'one more');
  await clone.git('commit', '-q', '--amend', '-m', 'amended');
  await clone.git('rebase', '--continue');
  const seen = await makings(all);
  assert.ok(seen.length >= 4, seen.join('\n'));
  assert.equal([...new Set(seen)], ['post-commit rebase']);
  await save(clone, 'd', 'd');
  assert.equal(await makings(all), ['post-commit commit'], 'and afterwards all is as before');
  await clone.cleanup();
});

test('a commit made while an am is stopped is not', async () => {
  const all = await observed();
  const { clone } = all;
  await save(clone, 'a', '1');
  await clone.git('checkout', '-q', '-b', 'side');
  await save(clone, 'a', 'side');
  fs.writeFileSync(clone.person.at('patch'), `${await clone.git('format-patch', '-1', '--stdout')}\n`);
  await clone.git('checkout', '-q', 'main');
  await save(clone, 'a', 'main');
  await makings(all);
  await attempt(clone, 'am', '-q', '-3', clone.person.at('patch'));
  await save(clone, 'a', 'settled');
  assert.equal(await makings(all), ['post-commit am']);
  await clone.cleanup();
});

test('a merge is own making, with and without a conflict; a fast-forward and a squash are not', async () => {
  const all = await observed();
  const { clone } = all;
  await save(clone, 'a', '1');
  await clone.git('branch', 'behind');
  await clone.git('checkout', '-q', '-b', 'side');
  await save(clone, 'b', 'b');
  await clone.git('checkout', '-q', 'main');
  await save(clone, 'c', 'c');
  await makings(all);
  await clone.git('merge', '-q', '--no-edit', 'side');
  assert.equal(await makings(all), ['post-merge merge']);
  await clone.git('checkout', '-q', 'behind');
  await clone.git('merge', '-q', 'main');
  assert.equal(await makings(all), ['post-merge unknown'], 'that merge was made before');
  await save(clone, 'a', 'here');
  await clone.git('checkout', '-q', 'main');
  await save(clone, 'a', 'there');
  await makings(all);
  await attempt(clone, 'merge', 'behind');
  await save(clone, 'a', 'settled');
  assert.equal(await makings(all), ['post-commit merge']);
  await clone.git('checkout', '-q', '-b', 'squashed', 'behind~1');
  await clone.git('merge', '-q', '--squash', 'main');
  assert.equal(await makings(all), ['post-merge unknown']);
  await clone.cleanup();
});

test("somebody else's authorship, a script's own reflog action and a missing reflog are not own making", async () => {
  const all = await observed();
  const { clone } = all;
  const { person, path: cwd } = clone;
  await save(clone, 'a', '1');
  await makings(all);
  await clone.git('commit', '-q', '--allow-empty', '-m', 'x', '--author', 'Mallory <mallory@example.org>');
  assert.equal(await makings(all), ['post-commit other-author']);
  await clone.git('config', 'committer.email', 'alice@work.example.org');
  await clone.git('commit', '-q', '--allow-empty', '-m', 'with an address for each role');
  assert.equal(await makings(all), ['post-commit commit']);
  const env = { GIT_REFLOG_ACTION: 'script' };
  await person.git(['commit', '-q', '--allow-empty', '-m', 'commit: no'], { cwd, env });
  assert.equal(await makings(all), ['post-commit unknown']);
  await clone.git('config', 'core.logAllRefUpdates', 'false');
  fs.rmSync(path.join(clone.path, '.git/logs'), { recursive: true });
  await clone.git('commit', '-q', '--allow-empty', '-m', 'unlogged');
  assert.equal(await makings(all), ['post-commit unknown']);
  await clone.cleanup();
});

test('a hook that is run again later, when HEAD has moved on, takes nobody for the maker', async () => {
  const { clone } = await observed();
  await save(clone, 'a', '1');
  await clone.git('checkout', '-q', '-b', 'side');
  const other = await save(clone, 'b', 'b');
  await clone.git('checkout', '-q', 'main');
  await clone.git('merge', '-q', 'side');
  const { kind } = await howMade(clone.repo, await readCommit(clone.repo, other));
  assert.is(kind, 'unknown');
  await clone.cleanup();
});

test.run();
