import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type Json, jsonObject, parseJson, stringify } from '../../src/intoto/json.ts';
import { anyJson } from '../support/arbitrary.ts';
import { askPython } from '../support/python.ts';

function canonical(text: string): string {
  return canonicalize(parseJson(text)).toString('utf8');
}

test('there is no white space, and keys are in order at every level', () => {
  assert.is(
    canonical(' { "z" : { "b" : 1 , "a" : [ {"y":1,"x":2} ] } , "a" : 0 } '),
    '{"a":0,"z":{"a":[{"x":2,"y":1}],"b":1}}',
  );
  assert.is(canonical('{"a":{},"b":[],"c":[[],{}],"d":""}'), '{"a":{},"b":[],"c":[[],{}],"d":""}');
});

test('keys are in the order of code points, where UTF-16 would differ', () => {
  assert.is(canonical('{"\\ud83d\\ude00":1,"\\ufffd":2,"a":3}'), '{"a":3,"\ufffd":2,"😀":1}');
});

test('integer-like keys are in the order of text, where a JavaScript object would not be', () => {
  assert.is(canonical('{"10":1,"9":2,"1":3}'), '{"1":3,"10":1,"9":2}');
});

test('only backslash and quote are escaped, controls stand raw', () => {
  assert.is(canonical('"\\n\\u0000\\u007f\\u2028\\/\\"\\\\"'), '"\n\u0000\u007f\u2028/\\"\\\\"');
});

test('integers have one form', () => {
  assert.is(
    canonical('[-0,0,9007199254740993,-1180591620717411303424]'),
    '[0,0,9007199254740993,-1180591620717411303424]',
  );
});

test('nothing is normalised: NFC and NFD stay two names', () => {
  assert.is(canonical('{"e\\u0301":1,"\\u00e9":2}'), '{"e\u0301":1,"\u00e9":2}');
});

test('what has no canonical form is refused', () => {
  for (const value of [
    '\ud800',
    0.5,
    Number.POSITIVE_INFINITY,
    ['a\udc00'],
    jsonObject([['\udbff', null]]),
  ]) {
    assert.throws(
      () => canonicalize(value),
      (error: unknown) => error instanceof FormatError,
    );
  }
});

test('writing and reading again does not change what is signed, unknown fields included', () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom<0 | 1>(0, 1), (json, indent) => {
      const again = parseJson(stringify(json, indent));
      assert.ok(canonicalize(again).equals(canonicalize(json)));
    }),
  );
});

test('two documents have one canonical form only if they say the same', () => {
  fc.assert(
    fc.property(anyJson, anyJson, (one, other) => {
      const isSame = canonicalize(one).equals(canonicalize(other));
      assert.is(isSame, stringify(one, 0) === stringify(other, 0));
    }),
  );
});

test('the peer computes the same bytes', () => {
  const values = fc.sample(anyJson, { numRuns: 300, seed: 11 });
  const answers = askPython<string>(
    'from securesystemslib.formats import encode_canonical',
    'answer = encode_canonical(json.loads(value)).encode("utf-8").hex()',
    values.map((value) => stringify(value, 0)),
  );
  const ours = values.map((value: Json) => canonicalize(value).toString('hex'));
  assert.equal(ours, answers);
});

test('a link of fifty thousand artifacts survives the whole way', () => {
  const names = Array.from({ length: 50_000 }, (_, at) => `data/part-${at % 977}/file-${at}.csv`);
  const digests = new Map([['sha256', 'ab'.repeat(32)]]);
  const json = jsonObject([['products', new Map(names.map((name) => [name, digests]))]]);
  const bytes = canonicalize(json);
  assert.ok(canonicalize(parseJson(stringify(json, 1))).equals(bytes));
  assert.ok(canonicalize(parseJson(bytes)).equals(bytes));
});

test.run();
