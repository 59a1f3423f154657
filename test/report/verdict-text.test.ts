import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { styleFor } from '../../src/report/style.ts';
import { findingsText, verdictText } from '../../src/report/verdict-text.ts';
import { bob, finding, verified, violated } from './sample.ts';

const plain = styleFor(false);

test('first the verdict, then the steps, then the findings, worst first', () => {
  const expected = `\
violated: history and release of 2be8810, 2 violations, 1 warning
12 commits, 9 links, 11 signatures checked

  step      state      commit              signed by
  prepare   verified   2be8810             Bob
  train     stale      a1b2c3d (carried)   Bob, 0123456789ABCDEF0123456789ABCDEF7E5D0C11
  package   missing

violation: data/train.csv, changed in 2be8810 by Mallory, is explained by no link that counts [uncovered]
  expected sha256:9f86d081884c…, found sha256:d41d8cd98f00…
  hint: undo the change; if it is right, who made it signs: 'git mlchain record 2be8810 --step train'
violation: package: nobody has signed this step at 2be8810 [link-missing]
  hint: 'git mlchain run package', then commit its products
warning: train: the link of Bob (key 89ABCDEF7E5D0C11) at 2be8810 is signed by a key the layout does not allow [unauthorised]
  hint: if they may, an owner says so: 'git mlchain layout set --functionary train=FPR'`;
  assert.is(verdictText(violated, plain), expected);
});

test('a good verdict is two lines, and says what was not done again', () => {
  assert.is(
    verdictText(verified, plain),
    'verified: history of 2be8810\n1 commit, 1 link, 1 signature checked (1 commit known from before)',
  );
});

test('an open question is no violation', () => {
  const open = {
    ...verified,
    verdict: 'incomplete' as const,
    findings: [finding('shallow', { severity: 'incomplete' })],
  };
  assert.match(verdictText(open, plain), /^incomplete: history of 2be8810, 1 open question\n/);
  assert.match(
    verdictText(open, plain),
    /\nincomplete: the history before 2be8810 is not here \[shallow\]\n {2}hint: /,
  );
});

test('without a repository around, the verdict names no commit', () => {
  const outside = { ...verified, revision: undefined, questions: ['release'] as const };
  assert.match(verdictText(outside, plain), /^verified: release\n/);
});

test('what was expected and found stands in the line where it fits', () => {
  const short = findingsText([finding('threshold-unmet', { expected: '2', found: '1' })], plain);
  assert.match(
    short,
    /^violation: train: too few .* at 2be8810 \(expected 2, found 1\) \[threshold-unmet\]\n {2}hint/,
  );
});

test('a hint is not said twice in a row', () => {
  const twice = findingsText(
    [finding('nothing-pinned'), finding('nothing-pinned'), finding('shallow')],
    plain,
  );
  assert.is(twice.split('git mlchain trust FPR').length - 1, 1);
  assert.is(twice.split('\n').length, 5);
});

test('of warnings alike the first ten are told and the others counted, of violations each', () => {
  const junk = Array.from({ length: 2000 }, () => finding('malformed-evidence', { severity: 'warning' }));
  const wrong = Array.from({ length: 12 }, () => finding('uncovered', { severity: 'violation' }));
  const lines = findingsText([...junk, ...wrong], plain).split('\n');
  const starting = (word: string) => lines.filter((line) => line.startsWith(word)).length;
  assert.is(starting('violation:'), 12);
  assert.is(starting('warning:'), 11);
  assert.is(lines.at(-1), 'warning: 1990 more like these [malformed-evidence]');
  const all = findingsText(junk, plain, true).split('\n');
  assert.is(all.filter((line) => line.startsWith('warning:')).length, 2000);
});

test('colours say the same as the words, and only where they are wanted', () => {
  const painted = verdictText(violated, styleFor(true)).replaceAll('\u001b[', '<');
  assert.ok(painted.startsWith('<1m<31mviolated<0m<0m: '));
  assert.ok(painted.includes('<32mverified<0m'));
  assert.ok(painted.includes('<33mwarning:<0m'));
  assert.is(painted.replaceAll(/<\d+m/g, ''), verdictText(violated, plain));
});

test('columns stay straight under names of other scripts, and hostile ones are shown (threat 34)', () => {
  const [first] = violated.steps;
  assert.ok(first);
  const steps = [
    { ...first, step: '学習', signers: [{ ...bob, name: 'Zoë' }] },
    { ...first, step: '\u001b[2Jx', signers: [{ ...bob, name: 'a\nverified: all' }] },
  ];
  const lines = verdictText({ ...verified, steps }, plain).split('\n');
  assert.is(lines[4], '  学習       verified   2be8810   Zoë');
  assert.is(lines[5], '  \\033[2Jx   verified   2be8810   a\\nverified: all');
  assert.is(lines.length, 6);
});

test.run();
