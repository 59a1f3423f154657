import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMetadata } from '../../src/intoto/dsse.ts';
import { respellEnvelope } from '../../src/intoto/envelope.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { parseBundle, writeBundle } from '../../src/ledger/bundle.ts';
import { NotABundle, sealedHeader } from '../../src/ledger/bundle-header.ts';
import { BUNDLED, partsOf } from '../support/bundle.ts';
import { endorsementLine, revocationLine } from '../support/evidence.ts';
import { honestStory, makePeople } from '../support/pipeline.ts';
import { dsse, makeSslibSigningKey } from '../support/sslib-key.ts';

const people = await makePeople();
const story = honestStory(people);
const statements = [
  endorsementLine(people.olivia, story.prepared),
  revocationLine(people.olivia, '1'.repeat(40)),
];
const parts = partsOf(story, {
  evidence: [...story.world.evidence.map(({ line }) => line), ...statements],
});
const text = writeBundle(parts);
const lines = text.split('\n').slice(0, -1);

/** The lines in a bundle with a seal that fits them: what an attacker can always do. */
function resealed(rest: readonly string[]): Buffer {
  const body = rest.map((line) => `${line}\n`).join('');
  return Buffer.from(`${sealedHeader(parts.header, body)}\n${body}`);
}

function refused(data: Buffer): Error {
  try {
    parseBundle(data);
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error, found a bundle');
}

test('what was written is what is read', () => {
  const bundle = parseBundle(Buffer.from(text));
  assert.equal(bundle.header, { commit: story.tested, created: BUNDLED });
  assert.equal(bundle.certificates, parts.certificates);
  assert.equal(
    bundle.evidence.map(({ line }) => line),
    parts.evidence,
  );
  assert.equal(
    bundle.evidence.map(({ content }) => content.kind),
    ['link', 'link', 'link', 'endorsement', 'revocation'],
  );
  assert.equal(
    bundle.evidence.map(({ number }) => lines[number - 1]),
    parts.evidence,
  );
  assert.is(bundle.layout.signedType, 'layout');
});

test('the first line says what it is, of which commit and when, and seals the rest', () => {
  const header = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.equal(Object.keys(header), ['_type', 'commit', 'created', 'sha256', 'version']);
  assert.is(header._type, 'mlchain-bundle');
  assert.is(header.version, 1);
});

test('one line each, and a line feed after the last', () => {
  assert.is(lines.length, 1 + 1 + parts.certificates.length + parts.evidence.length);
  assert.ok(text.endsWith('\n'));
  for (const line of lines) JSON.parse(line);
});

test('one altered byte anywhere fails', () => {
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ mask, at);
      assert.instance(refused(altered), FormatError);
    }),
    { numRuns: 2000 },
  );
});

test('every single byte of the header counts', () => {
  const bytes = Buffer.from(text);
  for (let at = 0; at <= (lines[0] ?? '').length; at++) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
    assert.instance(refused(altered), FormatError);
  }
});

test('a byte or a line taken away, added or moved fails', () => {
  const bytes = Buffer.from(text);
  const middle = Math.floor(bytes.length / 2);
  const swapped = [...lines.slice(0, -2), ...lines.slice(-2).reverse()].map((line) => `${line}\n`).join('');
  const variants = [
    bytes.subarray(0, -1),
    Buffer.concat([bytes, Buffer.from('\n')]),
    Buffer.concat([bytes, Buffer.from(' ')]),
    Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + 1)]),
    Buffer.from(swapped),
    Buffer.from(
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  ];
  for (const variant of variants) assert.instance(refused(variant), FormatError);
});

test('what does not begin like a bundle is none, which is another thing than an altered one', () => {
  for (const other of ['{}\n', '[]\n', 'hello', '{"_type":"mlchain-bundle","version":2}\n', lines[1] ?? '']) {
    assert.instance(refused(Buffer.from(other)), NotABundle);
  }
  assert.not.instance(refused(Buffer.from(text.replace(BUNDLED, '2026-11-22T08:00:01Z'))), NotABundle);
  assert.match(refused(Buffer.alloc(0)).message, /found nothing/);
});

test('a new seal hides no other spelling: spaces, escapes, order, fields that nobody reads', () => {
  const [layout = '', certificate = '', ...rest] = lines.slice(1);
  const link = parts.evidence[0] ?? '';
  const certificates = rest.slice(0, 3);
  const respelled = [
    ` ${link}`,
    link.replace('"signed":', '"signed" :'),
    link.replace('train.csv', 'tr\\u0061in.csv'),
    link.replace(/^\{"signatures":(.*),"signed":(.*)\}$/, '{"signed":$2,"signatures":$1}'),
    link.replace(/^\{/, '{"note":"nothing",'),
  ];
  for (const each of respelled) {
    assert.not.equal(each, link);
    JSON.parse(each);
    assert.match(
      refused(resealed([layout, certificate, ...certificates, each])).message,
      /^line 7: expected the compact form/,
    );
  }
  const wide = certificate.replace('","armored', '", "armored');
  const more = certificate.replace('{', '{"a":1,');
  for (const each of [wide, more]) {
    const problem = refused(resealed([layout, each]));
    assert.instance(problem, FormatError);
  }
  parseBundle(resealed([layout, certificate, ...certificates, link]));
});

test('a certificate line holds a certificate and nothing else', () => {
  const [layout = ''] = lines.slice(1);
  const message = (line: string) => refused(resealed([layout, line])).message;
  assert.match(message('{"_type":"certificates","armored":""}'), /^line 3: _type: expected "certificate"/);
  assert.match(message('{"_type":"certificate","armored":1}'), /^line 3: armored: expected a string/);
});

test('there is one layout, not none and not two', () => {
  const [layout = '', ...rest] = lines.slice(1);
  assert.match(refused(resealed(rest)).message, /expected a layout, found none/);
  assert.match(
    refused(resealed([layout, layout, ...rest])).message,
    /^line 3: expected one layout, found a second/,
  );
});

test('a line of a type that this version does not know is an error: it might take something away', () => {
  const [layout = ''] = lines.slice(1);
  const strange = '{"signatures":[],"signed":{"_type":"retraction"}}';
  assert.match(
    refused(resealed([layout, strange])).message,
    /^line 3: found a line of unknown type 'retraction'/,
  );
});

test('what is malformed names its line', () => {
  const [layout = ''] = lines.slice(1);
  for (const broken of ['{"signatures":[],"signed":{"_type":"link"}}', '{"signatures":', '[]', '\u0000']) {
    assert.match(refused(resealed([layout, broken])).message, /^line 3: /);
  }
});

test('depth, size and number of lines are bounded', () => {
  const [layout = ''] = lines.slice(1);
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  assert.match(refused(resealed([layout, deep])).message, /^line 3: /);
  assert.match(
    refused(resealed([layout, ...Array<string>(10_001).fill('{}')])).message,
    /more than 10000 lines/,
  );
  const long = `{"_type":"certificate","armored":"${'x'.repeat(16 * 1024 * 1024)}"}`;
  assert.match(refused(resealed([layout, long])).message, /a line of \d+ bytes/);
});

test('a statement keeps the spelling it is named by', () => {
  const [layout = ''] = lines.slice(1);
  const spaced = (statements[1] ?? '').replace('"signed":', '"signed": ');
  const { evidence } = parseBundle(resealed([layout, spaced]));
  assert.is(evidence[0]?.line, spaced);
});

test('a link in DSSE stays one', () => {
  const [layout = ''] = lines.slice(1);
  const { signed } = story.world.evidence[1]?.envelope ?? { signed: new Map() };
  const line = respellEnvelope(parseMetadata(dsse(signed, [makeSslibSigningKey()])));
  const { evidence } = parseBundle(resealed([layout, line]));
  assert.is(evidence[0]?.line, line);
  assert.is(evidence[0]?.content.kind, 'link');
  assert.match(
    refused(resealed([layout, line.replace('"payload":', '"payload": ')])).message,
    /^line 3: expected the compact form/,
  );
});

test.run();
