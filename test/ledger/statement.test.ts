import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import type { Json, JsonObject } from '../../src/intoto/json.ts';
import { parseJson, stringify } from '../../src/intoto/json.ts';
import {
  endorsementFromJson,
  endorsementToJson,
  revocationFromJson,
  revocationToJson,
} from '../../src/ledger/statement.ts';
import { makeEndorsement, makeRevocation } from '../support/evidence.ts';

const COMMIT = 'c'.repeat(40);
const DIGEST = 'a'.repeat(64);

function altered(json: JsonObject, field: string, value: Json | undefined): JsonObject {
  const copy = new Map(json);
  if (value === undefined) copy.delete(field);
  else copy.set(field, value);
  return copy;
}

test('an endorsement is written as the format page has it, and read back', () => {
  const endorsement = makeEndorsement(COMMIT, {
    artifacts: new Map<string, ReadonlyMap<string, string> | null>([
      ['data/a', new Map([['sha256', DIGEST]])],
      ['data/gone', null],
      ['__proto__', new Map([['gitCommit', COMMIT]])],
    ]),
  });
  const text = stringify(endorsementToJson(endorsement), 0);
  assert.is(
    text,
    `{"_type":"endorsement","artifacts":{"__proto__":{"gitCommit":"${COMMIT}"},"data/a":{"sha256":"${DIGEST}"},` +
      `"data/gone":null},"commit":"${COMMIT}","reason":"baseline","recorded":"2026-11-22T08:00:00Z","version":1}`,
  );
  const read = endorsementFromJson(parseJson(text));
  assert.equal(new Map([...read.artifacts].sort()), new Map([...endorsement.artifacts].sort()));
  assert.equal({ ...read, artifacts: 0 }, { ...endorsement, artifacts: 0 });
});

test('a revocation is written as the format page has it, and read back', () => {
  const revocation = makeRevocation(COMMIT, {
    artifacts: new Map([['data/a', [DIGEST, 'b'.repeat(64)]]]),
    wholeCommit: false,
    undo: 'd'.repeat(64),
  });
  const text = stringify(revocationToJson(revocation), 0);
  assert.is(
    text,
    `{"_type":"revocation","artifacts":{"data/a":["${DIGEST}","${'b'.repeat(64)}"]},"commit":"${COMMIT}",` +
      `"reason":"labels 2 and 5 were swapped","recorded":"2026-11-22T08:00:00Z","undo":"${'d'.repeat(64)}",` +
      '"version":1,"wholeCommit":false}',
  );
  assert.equal(revocationFromJson(parseJson(text)), revocation);
});

test('commits of a sha256 repository can be spoken of', () => {
  const commit = 'c'.repeat(64);
  assert.is(endorsementFromJson(endorsementToJson(makeEndorsement(commit))).commit, commit);
  assert.is(revocationFromJson(revocationToJson(makeRevocation(commit))).commit, commit);
});

const malformed: readonly (readonly [string, Json | undefined, RegExp])[] = [
  ['_type', 'link', /_type: expected "(endorsement|revocation)", found "link"/],
  ['version', 2, /version: expected 1, found 2/],
  ['version', true, /version: expected 1, found true/],
  ['commit', 'HEAD', /commit: expected an object id in lower hex, found "HEAD"/],
  ['artifacts', undefined, /artifacts: expected an object, found nothing/],
  ['artifacts', new Map([['a', 'sha256']]), /artifacts\["a"\]: expected (an object|a list), found "sha256"/],
  ['reason', null, /reason: expected a string, found null/],
  ['recorded', 'today', /recorded: expected a time/],
];

for (const [field, value, message] of malformed) {
  const isRefused = (error: Error) => error instanceof FormatError && message.test(error.message);
  const what = `with ${field} ${value === undefined ? 'missing' : String(value)}`;
  test(`an endorsement ${what} endorses nothing`, () => {
    const json = altered(endorsementToJson(makeEndorsement(COMMIT)), field, value);
    assert.throws(() => endorsementFromJson(json), isRefused);
  });
  test(`a revocation ${what} revokes nothing`, () => {
    const json = altered(revocationToJson(makeRevocation(COMMIT)), field, value);
    assert.throws(() => revocationFromJson(json), isRefused);
  });
}

test('a digest in an endorsement has to be one', () => {
  const json = endorsementToJson(
    makeEndorsement(COMMIT, { artifacts: new Map([['a', new Map([['sha256', '*']])]]) }),
  );
  assert.throws(() => endorsementFromJson(json), /artifacts\["a"\]\["sha256"\]: expected a sha256/);
});

for (const [field, value, message] of [
  ['wholeCommit', 1, /wholeCommit: expected true or false, found 1/],
  ['wholeCommit', undefined, /wholeCommit: expected true or false, found nothing/],
  ['undo', 'all', /undo: expected a sha256 in lower hex, found "all"/],
  ['undo', undefined, /undo: expected a sha256/],
  ['artifacts', new Map([['a', ['x']]]), /artifacts\["a"\]\[0\]: expected a sha256/],
] as const) {
  test(`a revocation with ${field} ${String(value)} revokes nothing`, () => {
    const json = altered(revocationToJson(makeRevocation(COMMIT)), field, value);
    assert.throws(() => revocationFromJson(json), message);
  });
}

test('foreign text in a message is cut and escaped', () => {
  const json = altered(endorsementToJson(makeEndorsement(COMMIT)), 'commit', `\u001b[31m${'x'.repeat(1000)}`);
  assert.throws(
    () => endorsementFromJson(json),
    (error: Error) => error.message.length < 200 && !error.message.includes('\u001b'),
  );
});

test.run();
