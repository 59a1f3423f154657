import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnosis } from '../../src/report/doctor-text.ts';
import { doctorText, worstOf } from '../../src/report/doctor-text.ts';
import { styleFor } from '../../src/report/style.ts';

const plain = styleFor(false);
const fine: Diagnosis = { about: 'git', state: 'ok', says: 'git 2.39' };
const warned: Diagnosis = { about: 'key store', state: 'warning', says: 'half open', mend: "'chmod go= x'" };
const failed: Diagnosis = { about: 'owner', state: 'error', says: 'none', mend: "'git mlchain trust FPR'" };

test('each finding has a line, each fault its mend below it, and the end counts them', () => {
  assert.is(
    doctorText([fine, warned, failed, failed], plain),
    `ok       git        git 2.39
warning  key store  half open
         to mend: 'chmod go= x'
error    owner      none
         to mend: 'git mlchain trust FPR'
error    owner      none
         to mend: 'git mlchain trust FPR'

2 errors, 1 warning`,
  );
  assert.ok(doctorText([fine], plain).endsWith('\n\neverything is live'));
  assert.ok(doctorText([fine, warned], plain).endsWith('\n\n1 warning'));
});

test('the worst decides', () => {
  assert.is(worstOf([]), 'ok');
  assert.is(worstOf([fine, fine]), 'ok');
  assert.is(worstOf([warned, fine]), 'warning');
  assert.is(worstOf([failed, warned, fine]), 'error');
});

test('text of others stays in its line and steers no terminal', () => {
  const evil = 'a\nok  b\u001b[2J\u202e';
  const text = doctorText([{ about: evil, state: 'error', says: evil, mend: evil }], plain);
  assert.is(text.split('\n').length, 4);
  for (const character of ['\u001b', '\u202e']) assert.not(text.includes(character));
});

test.run();
