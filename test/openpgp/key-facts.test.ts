import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Revocation } from '../../src/openpgp/key-facts.ts';
import { soonest, worstRevocation } from '../../src/openpgp/key-facts.ts';

const soft = (at: number): Revocation => ({ kind: 'soft', at, reason: 'retired' });
const hard = (at: number): Revocation => ({ kind: 'hard', at, reason: 'compromised' });

test('a hard revocation outranks any soft one, however early; of equals the earliest voids most', () => {
  assert.is(worstRevocation([]), undefined);
  assert.is(worstRevocation([undefined, undefined]), undefined);
  assert.equal(worstRevocation([undefined, soft(5)]), soft(5));
  assert.equal(worstRevocation([soft(5), soft(3), soft(4)]), soft(3));
  assert.equal(worstRevocation([soft(1), hard(9), hard(7)]), hard(7));
});

test('never is later than any time', () => {
  assert.is(soonest(), undefined);
  assert.is(soonest(undefined, undefined), undefined);
  assert.is(soonest(7, undefined, 3), 3);
  assert.is(soonest(0, 3), 0);
});

test.run();
