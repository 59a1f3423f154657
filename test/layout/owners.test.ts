import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import type { Json } from '../../src/intoto/json.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { type Owners, ownersFromJson, ownersToJson, ownersVersionOf } from '../../src/layout/owners.ts';
import { nextOwners } from '../../src/layout/owners-change.ts';
import { makeKey } from '../support/layout.ts';

const [A, B] = ['A'.repeat(40), 'B'.repeat(40)];
const FIRST: Owners = {
  version: 1,
  previous: null,
  threshold: 1,
  keys: new Map([[A, makeKey('a')]]),
  expires: Date.UTC(2027, 0, 1),
};
const CHANGE = { added: new Map(), removed: [], threshold: undefined, expires: FIRST.expires };
const CONTENT = 'c'.repeat(64);

const withField = (name: string, value: Json) => jsonObject([...ownersToJson(FIRST), [name, value]]);

test('what is written is read again', () => {
  assert.equal(ownersToJson(ownersFromJson(ownersToJson(FIRST))), ownersToJson(FIRST));
  const second = { ...FIRST, version: 2, previous: CONTENT };
  assert.is(ownersFromJson(ownersToJson(second)).previous, CONTENT);
});

test('a version that could be met by anybody, or by nobody, or says two things, is none', () => {
  const key = makeKey('a').json;
  for (const [name, value, message] of [
    ['_type', 'layout', /owners._type/],
    ['version', 0, /at least 1/],
    ['threshold', 0, /at least 1/],
    ['threshold', true, /at least 1/],
    ['threshold', 2, /at most 1/],
    ['keys', jsonObject([]), /at most 0/],
    ['keys', jsonObject([[B, key]]), /expected the key with that fingerprint/],
    ['previous', CONTENT, /null in version 1/],
    ['expires', '2027-01-01', /YYYY-MM-DDTHH:MM:SSZ/],
    ['expires', '2027-13-01T00:00:00Z', /YYYY-MM-DDTHH:MM:SSZ/],
  ] as const) {
    assert.throws(
      () => ownersFromJson(withField(name, value)),
      (error: unknown) => error instanceof FormatError && message.test(error.message),
    );
  }
  assert.throws(() => ownersFromJson(withField('version', 2)), /the SHA-256 of the version before/);
});

test('a version lies in the file that has its number, spelt in one way', () => {
  assert.is(ownersVersionOf('12.json'), 12);
  for (const name of ['0.json', '01.json', '1.JSON', '1.json.bak', 'x/1.json', '-1.json', '1e3.json']) {
    assert.is(ownersVersionOf(name), undefined, name);
  }
});

test('the next version follows the one before, with whoever comes and without whoever goes', () => {
  const before = { version: 1, content: CONTENT, threshold: 1, keys: FIRST.keys };
  const next = nextOwners(before, { ...CHANGE, added: new Map([[B, makeKey('b')]]), removed: [A] });
  assert.equal([next.version, next.previous, [...next.keys.keys()]], [2, CONTENT, [B]]);
  assert.throws(() => nextOwners(before, { ...CHANGE, removed: [B] }), /is no owner/);
  assert.throws(() => nextOwners(before, { ...CHANGE, removed: [A] }), /there are 0 owners/);
  assert.throws(() => nextOwners(before, { ...CHANGE, threshold: 2 }), /there is 1 owner/);
});

test.run();
