import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HookStatus, HooksStatus } from '../../src/hooks/status.ts';
import { hooksText } from '../../src/report/hooks-text.ts';
import { styleFor } from '../../src/report/style.ts';

const plain = styleFor(false);

function status(hook: Partial<HookStatus>, more: Partial<HooksStatus> = {}): HooksStatus {
  const whole: HookStatus = {
    hook: 'pre-push',
    state: 'live',
    way: 'file',
    file: '/r/.git/hooks/pre-push',
    chained: undefined,
    problem: undefined,
    variable: undefined,
    ...hook,
  };
  return {
    hooks: [whole],
    hooksDirectory: '/r/.git/hooks',
    place: 'repository',
    manager: undefined,
    lfs: 'unused',
    ...more,
  };
}

test('every state has a line of its own', () => {
  const lines = (['live', 'outdated', 'missing', 'foreign', 'dead'] as const).map((state) =>
    hooksText(status({ state, problem: state === 'dead' ? 'no\npermission' : undefined }), plain),
  );
  assert.is(lines[0], 'pre-push      live      /r/.git/hooks/pre-push');
  assert.is(
    lines[4],
    "pre-push      dead      /r/.git/hooks/pre-push cannot run: no permission\nto mend: 'git mlchain hooks install'",
  );
  assert.is(new Set(lines).size, 5);
});

test('it says what starts the hook, and what runs before', () => {
  assert.match(hooksText(status({ way: 'config' }), plain), "live      git's config starts /r");
  assert.match(hooksText(status({ way: 'entry' }), plain), 'live      the hook manager starts /r');
  assert.match(hooksText(status({ chained: '/r/x' }), plain), ', which runs /r/x first');
});

test('it says who uploads large files, and warns when nobody does', () => {
  const lines = (['unused', 'chained', 'ours', 'beside', 'nobody'] as const).map((lfs) =>
    hooksText(status({}, { lfs }), plain).split('\n').slice(1).join('\n'),
  );
  assert.is(lines[0], '');
  assert.is(new Set(lines.slice(1, 3)).size, 2);
  assert.match(lines[4] ?? '', 'a push would arrive without them');
});

test('what is not live has its mend, said once for all hooks that need the same', () => {
  const mend = (hook: Partial<HookStatus>, more: Partial<HooksStatus> = {}) =>
    /^to mend: (.*)$/m.exec(hooksText(status(hook, more), plain))?.[1];
  assert.is(mend({}), undefined);
  for (const state of ['outdated', 'missing', 'foreign', 'dead'] as const) {
    assert.is(mend({ state }), "'git mlchain hooks install'");
  }
  assert.match(
    mend({ state: 'foreign', chained: '/r/x' }) ?? '',
    /^merge pre-push and pre-push.mlchain-chained into one/,
  );
  assert.is(mend({ state: 'dead', variable: 'HUSKY', way: 'entry' }, { manager: 'husky' }), "'unset HUSKY'");
  for (const [manager, command] of [
    ['husky', "'npx husky'"],
    ['lefthook', "'npx lefthook install'"],
    ['simple-git-hooks', "'npx simple-git-hooks'"],
  ] as const) {
    assert.ok(mend({ state: 'missing', way: 'entry' }, { manager })?.endsWith(command));
  }
  assert.is(mend({}, { lfs: 'nobody' }), "'git mlchain hooks install'");
  const { hooks, ...rest } = status({ state: 'missing' });
  assert.is(hooksText({ ...rest, hooks: [...hooks, ...hooks] }, plain).match(/to mend/g)?.length, 1);
});

test('a directory that is not the repository’s own is named, a manager too', () => {
  assert.match(
    hooksText(status({}, { place: 'work tree' }), plain),
    'do not commit what lies in /r/.git/hooks',
  );
  assert.match(hooksText(status({}, { place: 'shared' }), plain), 'shared with other repositories');
  assert.match(hooksText(status({}, { manager: 'husky' }), plain), '\nmanaged by husky');
});

test('a path or an answer that would steer the terminal is shown, not done', () => {
  const evil = '\u001b[2J';
  const texts = [
    status({ state: 'dead', file: `/r/${evil}`, problem: evil, chained: `/r/${evil}` }),
    status({ chained: `/r/${evil}` }),
    status({}, { place: 'shared', hooksDirectory: `/r/${evil}` }),
  ];
  for (const text of texts) assert.not.match(hooksText(text, plain), evil);
});

test.run();
