import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { parseJson, stringify } from '../../src/intoto/json.ts';
import { linkFromJson, linkToJson } from '../../src/intoto/link.ts';
import { parseNote } from '../../src/ledger/entry.ts';
import { MAX_LINES } from '../../src/ledger/note.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { endorsementLine, linkLine, makeLinkJson, revocationLine, signedLine } from '../support/evidence.ts';
import type { Signatory } from '../support/world.ts';
import { makeSignatory } from '../support/world.ts';

const COMMIT = 'c'.repeat(40);
let alice: Signatory;
let good: string;
test.before(async () => {
  alice = await makeSignatory('Alice');
  good = linkLine(alice, COMMIT);
});

const note = (...lines: readonly (string | Buffer)[]) =>
  Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
const parse = (...lines: readonly (string | Buffer)[]) =>
  parseNote(alice.fingerprint, COMMIT, note(...lines));

test('links, endorsements and revocations are told apart and say where they lie', () => {
  const lines = [linkLine(alice, COMMIT), endorsementLine(alice, COMMIT), revocationLine(alice, COMMIT)];
  const { entries, problems } = parse(...lines);
  assert.equal(problems, []);
  assert.equal(
    entries.map(({ content }) => content.kind),
    ['link', 'endorsement', 'revocation'],
  );
  assert.equal(
    entries.map(({ line }) => line),
    lines,
  );
  for (const entry of entries) {
    assert.is(entry.signer, alice.fingerprint);
    assert.is(entry.object, COMMIT);
    assert.is(entry.id, sha256Hex(entry.line));
  }
});

test('a link brings its binding, and what was signed can be checked', () => {
  const [entry] = parse(linkLine(alice, COMMIT)).entries;
  assert.is(entry?.content.kind, 'link');
  if (entry?.content.kind !== 'link') return;
  assert.is(entry.content.binding?.commit, COMMIT);
  assert.is(entry.content.link.name, 'train');
  const [signature] = entry.envelope.signatures;
  assert.ok(signature);
  const found = checkSignature(alice.certificate.publicKey, signature, entry.envelope.signedBytes);
  assert.ok(found.good);
});

test('a link without binding is a link', () => {
  const base = linkFromJson(makeLinkJson(COMMIT));
  const json = linkToJson({ ...base, environment: new Map() });
  const [entry] = parse(signedLine(alice, json)).entries;
  assert.is(entry?.content.kind, 'link');
  assert.is(entry?.content.kind === 'link' ? entry.content.binding : 'x', undefined);
});

test('an envelope of a type we do not know is kept and counts for nothing', () => {
  const line = signedLine(alice, new Map([['_type', 'attestation']]));
  const { entries, problems } = parse(line);
  assert.equal(problems, []);
  assert.equal(entries[0]?.content, { kind: 'unknown', type: 'attestation' });
  assert.is(entries[0]?.line, line);
});

const junk: readonly (readonly [string, () => string | Buffer, RegExp])[] = [
  ['no JSON', () => 'not json', /expected/],
  ['half a line', () => good.slice(0, 100), /expected/],
  ['bytes that are not UTF-8', () => Buffer.from([0xff, 0xfe]), /not UTF-8/],
  ['JSON that is no envelope', () => '{"a":1}', /signatures: expected a list/],
  ['a list', () => '[]', /envelope: expected an object/],
  ['no type', () => '{"signatures":[],"signed":{}}', /signed\._type: expected a string/],
  [
    'a malformed link',
    () => '{"signatures":[],"signed":{"_type":"link","name":1}}',
    /link\.name: expected a string, found 1/,
  ],
  ['duplicate keys', () => good.replace('{"signatures"', '{"signatures":[],"signatures"'), /signatures/],
  ['JSON nested a hundred thousand deep', () => `${'['.repeat(100_000)}`, /./],
  [
    'a binding of a version to come',
    () => good.replace('"version":1', '"version":2'),
    /mlchain\.version: expected 1/,
  ],
  [
    'a malformed revocation',
    () => '{"signatures":[],"signed":{"_type":"revocation","version":1}}',
    /revocation\.commit/,
  ],
  ['a malformed signature', () => good.replace(/"keyid":"\w+"/, '"keyid":"XYZ"'), /signatures\[0\]\.keyid/],
];

for (const [what, line, reason] of junk) {
  test(`${what} beside good lines is a problem of its own, and the good ones count`, () => {
    const { entries, problems } = parse(good, line(), revocationLine(alice, COMMIT));
    assert.equal(
      entries.map(({ content }) => content.kind),
      ['link', 'revocation'],
    );
    assert.is(problems.length, 1);
    const [problem] = problems;
    assert.equal(
      { ...problem, reason: '' },
      { kind: 'malformed', signer: alice.fingerprint, object: COMMIT, line: 2, reason: '' },
    );
    assert.match(problem?.reason ?? '', reason);
  });
}

test('what is over the limits is reported as such: it may hide a revocation', () => {
  const { entries, problems } = parse(...Array<string>(MAX_LINES).fill(''), revocationLine(alice, COMMIT));
  assert.is(entries.length, 0);
  assert.equal(problems, [
    {
      kind: 'over-limits',
      signer: alice.fingerprint,
      object: COMMIT,
      line: MAX_LINES + 1,
      reason: 'a note of more than 10000 lines; the rest is not read',
    },
  ]);
});

test('foreign keys named like parts of an object are data', () => {
  const json = new Map(makeLinkJson(COMMIT)).set('products', parseJson('{"__proto__":{"sha256":"aa"}}'));
  const [entry] = parse(signedLine(alice, json)).entries;
  assert.is(entry?.content.kind, 'link');
  if (entry?.content.kind === 'link') assert.equal([...entry.content.link.products.keys()], ['__proto__']);
});

test('a pretty-printed envelope is shredded into malformed lines, none of which is believed', () => {
  const pretty = stringify(parseJson(good), 1);
  const { entries, problems } = parse(pretty);
  assert.is(entries.length, 0);
  assert.ok(problems.length > 10);
});

test.run();
