import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import { onTerminal } from '../support/terminal.ts';

// product.md §11: `?` where not yet verified, filled in.

const story = stories('the log on a terminal');
const ESC = '\u001b';
const TAKEN_BACK = new RegExp(`${ESC}\\[(\\d+)A${ESC}\\[J`);

story('every commit is there at once with a ?, until the verdict takes its place', async ({ team }) => {
  const { carl } = team;
  const { before, after, taken } = await logOnTerminal(carl);
  const heads = (await carl.git('log', '--format=%h %s')).split('\n');
  assert.is(taken, heads.length);
  assert.is(before.length, heads.length);
  for (const [at, head] of heads.entries()) {
    assert.ok(before[at]?.startsWith(`? ${head.slice(0, 7)}`), before[at]);
  }
  assert.not.ok(
    before.some((line) => /✓|verified/.test(line)),
    'nothing is called verified before it is',
  );
  assert.match(after, '✓');
  assert.not.match(after, '?');
  const again = await logOnTerminal(carl);
  assert.is(again.taken, 0, 'what was verified before needs no ?');
  assert.match(again.after, '✓');
});

story('what is wrong is a ? until it is a ✗', async ({ team: { carl, mallory } }) => {
  mallory.write('data/words.txt', 'poison\n');
  await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks();
  await carl.pull();
  const { before, after } = await logOnTerminal(carl, '-n', '1');
  assert.is(before.length, 1);
  assert.match(before[0] ?? '', /^\? .* poison/);
  assert.match(after, /✗ .* poison \(violated\)/);
});

story('--step, a pipe and --json wait for the verdict', async ({ team: { carl } }) => {
  const { taken, after } = await logOnTerminal(carl, '--step', 'train');
  assert.is(taken, 0, 'who made which step is judged, not guessed');
  assert.match(after, 'train');
  for (const words of [['log'], ['log', '--json']]) {
    fs.rmSync(memories(carl), { recursive: true, force: true });
    const text = await carl.mlchain(...words);
    assert.match(text, 'verified');
    assert.not.match(text, 'unknown');
    assert.not.match(text, '\u001b');
  }
});

async function logOnTerminal({ clone, person }: Member, ...words: readonly string[]) {
  const env = { ...person.env, TERM: 'xterm', CI: '', NO_COLOR: '1', GIT_PAGER: 'cat' };
  const argv = ['git', 'mlchain', 'log', ...words];
  const { stdout, code } = await onTerminal(argv, env, { rows: 50 }, { cwd: clone });
  assert.is(code, 0);
  const taken = TAKEN_BACK.exec(stdout);
  const [before = '', after = ''] = taken === null ? ['', stdout] : stdout.split(taken[0]);
  const shown = before.split('\n').map((line) => line.replace('\u001b[?7l', ''));
  return { before: shown.slice(0, -1), after, taken: Number(taken?.[1] ?? 0) };
}

function memories({ clone }: Member): string {
  return path.join(clone, '.git', 'mlchain', 'verified');
}

story.run();
