import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import type { Json, JsonObject } from '../../src/intoto/json.ts';
import { parseJson, stringify } from '../../src/intoto/json.ts';
import type { Link } from '../../src/intoto/link.ts';
import { linkFromJson, linkToJson } from '../../src/intoto/link.ts';
import { bindingOf, bindingToJson } from '../../src/ledger/binding.ts';
import { makeBinding, makeLinkJson } from '../support/evidence.ts';

const COMMIT = 'c'.repeat(40);

/** The link of formats.md §3, word for word. */
const EXAMPLE = `{"_type":"link","name":"train","command":["node","scripts/train.mjs"],
 "materials":{"data/train.csv":{"sha256":"${'1'.repeat(64)}"}},"products":{"model/digits.json":{"sha256":"${'2'.repeat(64)}"}},
 "byproducts":{"return-value":0,"stdout":"","stderr":""},
 "environment":{"mlchain":{"version":1,"recorder":"post-commit","commit":"${COMMIT}","tree":"${'d'.repeat(40)}","parents":["${'e'.repeat(40)}"],"objectFormat":"sha1",
   "author":"Bob <bob@example.org>","recorded":"2026-11-22T08:00:00Z",
   "changed":{"model/digits.json":{"before":null,"after":"${'2'.repeat(64)}"}},
   "kinds":{"data/big.bin":"lfs","data/x":"dvc:0123"},"external":["model/optimizer.pt"],"rewrittenFrom":"${'f'.repeat(40)}"}}}`;

function linkWith(mlchain: Json | undefined): Link {
  const environment = new Map<string, Json>(mlchain === undefined ? [] : [['mlchain', mlchain]]);
  const base = linkFromJson(makeLinkJson(COMMIT));
  return linkFromJson(linkToJson({ ...base, environment }));
}

function changed(field: string, value: Json | undefined): JsonObject {
  const json = new Map(bindingToJson(makeBinding(COMMIT)));
  if (value === undefined) json.delete(field);
  else json.set(field, value);
  return json;
}

test('the link of the format page is understood, field by field', () => {
  assert.equal(bindingOf(linkFromJson(parseJson(EXAMPLE))), {
    recorder: 'post-commit',
    commit: COMMIT,
    tree: 'd'.repeat(40),
    parents: ['e'.repeat(40)],
    objectFormat: 'sha1',
    author: 'Bob <bob@example.org>',
    recorded: '2026-11-22T08:00:00Z',
    changed: new Map([['model/digits.json', { before: null, after: '2'.repeat(64) }]]),
    kinds: new Map([
      ['data/big.bin', 'lfs'],
      ['data/x', 'dvc:0123'],
    ]),
    external: ['model/optimizer.pt'],
    rewrittenFrom: 'f'.repeat(40),
  });
});

test('what is written is read back the same, in both object formats', () => {
  for (const commit of [COMMIT, 'c'.repeat(64)]) {
    const binding = makeBinding(commit, {
      recorder: 'run',
      parents: [],
      changed: new Map([
        ['__proto__', { before: 'a'.repeat(64), after: null }],
        ['vendor', { before: null, after: 'b'.repeat(40) }],
      ]),
      kinds: new Map([['vendor', 'submodule']]),
      external: ['model/optimizer.pt'],
      rewrittenFrom: '1'.repeat(commit.length),
    });
    const read = parseJson(stringify(bindingToJson(binding), 0));
    assert.equal(bindingOf(linkWith(read)), binding);
  }
});

test('what has no kinds, externals or origin says nothing about them', () => {
  const json = bindingToJson(makeBinding(COMMIT));
  for (const field of ['kinds', 'external', 'rewrittenFrom']) assert.not.ok(json.has(field));
  assert.equal(bindingOf(linkWith(json)), makeBinding(COMMIT));
});

test('fields that we do not know stay in what is signed', () => {
  const json = changed('notebook', 'train.ipynb');
  const link = linkWith(json);
  assert.ok(bindingOf(link));
  assert.match(canonicalize(link.json).toString(), /"notebook":"train.ipynb"/);
});

test('a link made by in-toto-run has no binding; that is no error', () => {
  assert.is(bindingOf(linkWith(undefined)), undefined);
});

const malformed: readonly (readonly [string, Json | undefined, RegExp])[] = [
  ['version', 2, /environment\.mlchain\.version: expected 1, found 2/],
  ['version', undefined, /version: expected 1, found nothing/],
  ['version', '1', /version: expected 1, found "1"/],
  ['recorder', 'cron', /recorder: expected one of post-commit, run, record, post-rewrite, found "cron"/],
  ['commit', COMMIT.toUpperCase(), /commit: expected a sha1 object id/],
  ['commit', 'c'.repeat(64), /commit: expected a sha1 object id/],
  ['tree', null, /tree: expected a sha1 object id in lower hex, found null/],
  ['parents', 'none', /parents: expected a list/],
  ['parents', ['c'], /parents\[0\]: expected a sha1 object id/],
  ['objectFormat', 'sha512', /objectFormat: expected one of sha1, sha256/],
  ['author', 7, /author: expected a string/],
  ['recorded', '2026-11-22 08:00:00', /recorded: expected a time as YYYY-MM-DDTHH:MM:SSZ/],
  ['recorded', '2026-13-22T08:00:00Z', /recorded: expected a time/],
  ['recorded', '2026-11-22T08:00:00.5Z', /recorded: expected a time/],
  ['changed', undefined, /changed: expected an object, found nothing/],
  ['changed', new Map([['a', new Map()]]), /changed\["a"\]\.before: expected a sha256 or a commit id/],
  [
    'changed',
    new Map([['a', new Map<string, Json>(Object.entries({ before: null, after: 'A'.repeat(64) }))]]),
    /changed\["a"\]\.after: expected/,
  ],
  ['kinds', ['lfs'], /kinds: expected an object/],
  ['kinds', new Map([['a', 1]]), /kinds\["a"\]: expected a string/],
  ['external', [1], /external\[0\]: expected a string/],
  ['rewrittenFrom', 'HEAD', /rewrittenFrom: expected a sha1 object id/],
];

for (const [field, value, message] of malformed) {
  test(`a binding with ${field} ${value === undefined ? 'missing' : String(value)} binds nothing`, () => {
    assert.throws(
      () => bindingOf(linkWith(changed(field, value))),
      (error: Error) => error instanceof FormatError && message.test(error.message),
    );
  });
}

test('a binding that is no object is an error, not a link without one', () => {
  assert.throws(() => bindingOf(linkWith(null)), /environment\.mlchain: expected an object, found null/);
});

test.run();
