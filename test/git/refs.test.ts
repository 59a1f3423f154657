import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlchainError } from '../../src/errors.ts';
import { GitError, RefRaceError } from '../../src/git/git-error.ts';
import { listRefs, updateRefs } from '../../src/git/refs.ts';
import { startedWith } from '../support/trace.ts';
import { FORMATS, failureOf, inRepository } from './fixture.ts';

for (const format of FORMATS) {
  test(`refs are listed below whole parts of a name, tags as they are (${format})`, async () => {
    await inRepository(
      async ({ repo, git, commit }) => {
        assert.equal(await listRefs(repo), new Map());
        const head = await commit('first');
        await git(['tag', '-m', 'tag', 'v1']);
        for (const ref of [
          'refs/notes/mlchain/A',
          'refs/notes/mlchain/B',
          'refs/notes/mlchain-evil',
          'refs/notes/größe',
        ])
          await git(['update-ref', ref, head]);
        await git(['pack-refs', '--all']);
        await git(['update-ref', 'refs/notes/mlchain/C', head]);
        const below = ['refs/notes/mlchain/A', 'refs/notes/mlchain/B', 'refs/notes/mlchain/C'];
        assert.equal(await listRefs(repo, 'refs/notes/mlchain'), new Map(below.map((ref) => [ref, head])));
        assert.equal(await listRefs(repo, 'refs/notes/mlchain/'), new Map(below.map((ref) => [ref, head])));
        const all = await listRefs(repo);
        assert.is(all.get('refs/heads/main'), head);
        assert.is(all.get('refs/tags/v1'), await git(['rev-parse', 'v1']));
        assert.ok(all.has('refs/notes/größe'));
        assert.equal([...(await listRefs(repo, 'refs/tags', 'refs/heads')).keys()].sort(), [
          'refs/heads/main',
          'refs/tags/v1',
        ]);
      },
      { format },
    );
  });

  test(`refs are made, moved and deleted only from where they were seen (${format})`, async () => {
    await inRepository(
      async ({ repo, git, commit }) => {
        const first = await commit('first');
        const second = await commit('second');
        await updateRefs(repo, [{ ref: 'refs/x/a', new: first, old: 'absent' }]);
        await updateRefs(repo, [{ ref: 'refs/x/a', new: second, old: first }]);
        assert.is(await git(['rev-parse', 'refs/x/a']), second);
        for (const update of [
          { ref: 'refs/x/a', new: first, old: 'absent' },
          { ref: 'refs/x/a', new: first, old: first },
          { ref: 'refs/x/a', new: undefined, old: first },
          { ref: 'refs/x/a', new: undefined, old: 'absent' },
          { ref: 'refs/x/none', new: first, old: second },
          { ref: 'refs/x/none', new: undefined, old: second },
        ])
          assert.instance(await failureOf(updateRefs(repo, [update])), RefRaceError, JSON.stringify(update));
        assert.equal(await listRefs(repo, 'refs/x'), new Map([['refs/x/a', second]]));
        await updateRefs(repo, [{ ref: 'refs/x/none', new: undefined, old: 'absent' }]);
        await updateRefs(repo, [{ ref: 'refs/x/a', new: first }]);
        await updateRefs(repo, [
          { ref: 'refs/x/a', new: undefined, old: first },
          { ref: 'refs/x/gone', new: undefined },
        ]);
        assert.equal(await listRefs(repo, 'refs/x'), new Map());
      },
      { format },
    );
  });
}

test('for a command that waits for nobody refs are read once, and again after it changed some', async () => {
  await inRepository(async ({ person, dir, git, commit, open }) => {
    const head = await commit('first');
    const trace = person.at('trace');
    const repo = await open(dir, { ...person.env, GIT_TRACE2_EVENT: trace });
    repo.askAhead();
    assert.equal(await listRefs(repo, 'refs/heads/'), new Map([['refs/heads/main', head]]));
    await git(['update-ref', 'refs/notes/mlchain/A', head]);
    await git(['update-ref', 'refs/elsewhere/A', head]);
    assert.is((await listRefs(repo, 'refs/notes/mlchain/', 'refs/tags/')).size, 0);
    assert.is(startedWith(trace, 'for-each-ref').length, 1);
    assert.equal([...(await listRefs(repo, 'refs/elsewhere')).keys()], ['refs/elsewhere/A']);
    await updateRefs(repo, [{ ref: 'refs/notes/mlchain/B', new: head, old: 'absent' }]);
    const below = ['refs/notes/mlchain/A', 'refs/notes/mlchain/B'];
    assert.equal([...(await listRefs(repo, 'refs/notes/mlchain')).keys()], below);
    await git(['update-ref', '-d', 'refs/notes/mlchain/A']);
    assert.equal([...(await listRefs(repo, 'refs/notes/mlchain')).keys()], below);
    const race = await failureOf(
      updateRefs(repo, [{ ref: 'refs/notes/mlchain/B', new: head, old: 'absent' }]),
    );
    assert.instance(race, RefRaceError);
    assert.equal([...(await listRefs(repo, 'refs/notes/mlchain')).keys()], below.slice(1));
  });
});

test('any other command reads refs each time it asks', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const head = await commit('first');
    assert.is((await listRefs(repo, 'refs/heads/')).size, 1);
    await git(['branch', 'side']);
    assert.equal([...(await listRefs(repo, 'refs/heads/'))].length, 2);
    assert.is((await listRefs(repo, 'refs/heads/side')).get('refs/heads/side'), head);
  });
});

test('several updates are one: all happen or none', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit('first');
    const updates = [
      { ref: 'refs/x/a', new: head, old: 'absent' },
      { ref: 'refs/heads/main', new: undefined, old: 'f'.repeat(40) },
      { ref: 'refs/x/b', new: head, old: 'absent' },
    ];
    assert.instance(await failureOf(updateRefs(repo, updates)), RefRaceError);
    assert.equal([...(await listRefs(repo)).keys()], ['refs/heads/main']);
    await updateRefs(repo, []);
  });
});

test('a lock left by a dead process is told in git’s words, with the file to remove', async () => {
  await inRepository(async ({ repo, dir, commit }) => {
    const head = await commit('first');
    const lock = path.join(dir, '.git/refs/heads/x.lock');
    fs.writeFileSync(lock, '');
    const error = await failureOf(updateRefs(repo, [{ ref: 'refs/heads/x', new: head, old: 'absent' }]));
    assert.instance(error, RefRaceError);
    assert.ok((error as RefRaceError).stderr.includes(lock));
    fs.rmSync(lock);
    await updateRefs(repo, [{ ref: 'refs/heads/x', new: head, old: 'absent' }]);
  });
});

test('what is no ref, or no object, is an error and no race', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit('first');
    for (const ref of ['HEAD', 'refs/x\0refs/y', '--stdin', ''])
      assert.is(((await failureOf(updateRefs(repo, [{ ref, new: head }]))) as MlchainError).code, 'input');
    for (const update of [
      { ref: 'refs/x..y', new: head },
      { ref: 'refs/x', new: 'f'.repeat(40) },
      { ref: 'refs/x', new: 'HEAD~7' },
    ]) {
      const error = await failureOf(updateRefs(repo, [update]));
      assert.instance(error, GitError);
    }
    assert.equal([...(await listRefs(repo)).keys()], ['refs/heads/main']);
  });
});

test('many writers of one ref: exactly one wins each round', async () => {
  await inRepository(async ({ repo, commit }) => {
    const [first, second] = [await commit('first'), await commit('second')];
    await updateRefs(repo, [{ ref: 'refs/x', new: first, old: 'absent' }]);
    const tries = Array.from({ length: 8 }, () =>
      updateRefs(repo, [{ ref: 'refs/x', new: second, old: first }]),
    );
    const results = await Promise.allSettled(tries);
    assert.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results)
      if (result.status === 'rejected') assert.instance(result.reason, RefRaceError);
  });
});

test.run();
