import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keyidsOf } from '../../src/layout/functionary.ts';
import { holderOf, holdersOf, peopleOf } from '../../src/layout/holders.ts';
import { makeKey } from '../support/layout.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

/** Alice has a primary key and a subkey; Bob's certificate has no name. */
const holders = holdersOf([
  {
    fingerprint: a.toUpperCase(),
    userIds: ['Alice <alice@example.org>', 'Al'],
    keys: new Map([
      [a, 0],
      [b, 0],
    ]),
  },
  { fingerprint: c.toUpperCase(), userIds: [], keys: new Map([[c, 0]]) },
]);

test('a key belongs to the person whose certificate lists it, as primary key or as subkey', () => {
  assert.equal(holderOf(a, holders), { fingerprint: a.toUpperCase(), name: 'Alice <alice@example.org>' });
  assert.is(holderOf(b, holders), holderOf(a, holders));
  assert.equal(holderOf(c, holders), { fingerprint: c.toUpperCase(), name: '' });
});

test('without a certificate a key stands for itself', () => {
  const stranger = 'd'.repeat(40);
  assert.equal(holderOf(stranger, holders), { fingerprint: stranger.toUpperCase(), name: '' });
  assert.equal(holderOf(b, new Map()), { fingerprint: b.toUpperCase(), name: '' });
});

test('two keys of one person are one person (threat 16), of two people two', () => {
  assert.equal(peopleOf([a, b], holders).length, 1);
  assert.equal(peopleOf([a, b, c], holders).length, 2);
  assert.equal(peopleOf([a, a], holders).length, 1);
  assert.equal(peopleOf([], holders), []);
  assert.is(peopleOf([a, b], new Map()).length, 2);
});

test('a step names every key of its functionaries, each once', () => {
  const alice = { fingerprint: a.toUpperCase(), keys: [makeKey('a'), makeKey('b')] };
  const carl = { fingerprint: c.toUpperCase(), keys: [makeKey('c')] };
  assert.equal(keyidsOf([alice, carl, alice]), [a, b, c]);
  assert.equal(keyidsOf(undefined), []);
});

test.run();
