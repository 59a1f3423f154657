import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMetadata } from '../../src/intoto/dsse.ts';
import { parseEnvelope } from '../../src/intoto/envelope.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type Json, type JsonObject, parseDocument, stringify } from '../../src/intoto/json.ts';
import { JsonParts } from '../../src/intoto/json-parts.ts';

/** Long enough to be remembered. @param last the digest of the last artifact. */
function files(last = '00'): string {
  const entries = Array.from({ length: 200 }, (_, at) => `"file-${1000 + at}": {"sha256": "abab"}`);
  return `{${[...entries, `"last": {"sha256": "${last}"}`].join(', ')}}`;
}

function link(materials: string, products: string): string {
  return `{"signatures": [], "signed": {"_type": "link", "materials": ${materials}, "products": ${products}}}`;
}

function listOf(text: string, name: string, parts: JsonParts): Json | undefined {
  return parseMetadata(text, parts).signed.get(name);
}

test('what another text said in the same words is the same object', () => {
  const parts = new JsonParts();
  const first = listOf(link('{}', files()), 'products', parts);
  assert.is(listOf(link(files(), '{}'), 'materials', parts), first);
  assert.is.not(listOf(link(files(), '{}'), 'materials', new JsonParts()), first);
});

test('one digit more or less is read anew, and what comes behind a known part is read, too', () => {
  const parts = new JsonParts();
  const known = listOf(link('{}', files()), 'products', parts);
  const text = link(files('01'), files());
  const { signed } = parseMetadata(text, parts);
  assert.is.not(signed.get('materials'), known);
  assert.is(signed.get('products'), known);
  assert.is(stringify(signed, 0), stringify(parseEnvelope(text).signed, 0));
});

test('what is signed is the same with and without', () => {
  const parts = new JsonParts();
  for (const text of [link('{}', files()), link(files(), files('01')), link(files('01'), files())]) {
    assert.ok(parseMetadata(text, parts).signedBytes.equals(parseEnvelope(text).signedBytes));
  }
});

test('what canonical JSON spells or orders in another way is never taken for known', () => {
  const parts = new JsonParts();
  for (const odd of [files().replace('file-1000', 'zzzz'), files().replace('file-1000', '\\u0066ile-1000')]) {
    const first = listOf(link('{}', odd), 'products', parts);
    assert.is.not(listOf(link(odd, '{}'), 'materials', parts), first);
    const text = link(odd, odd);
    assert.ok(parseMetadata(text, parts).signedBytes.equals(parseEnvelope(text).signedBytes));
  }
});

test('a longer number that begins like a known one is another number', () => {
  const parts = new JsonParts();
  const number = (digits: number): Json | undefined => {
    const { json } = parseDocument(`{"signed": {"n": ${'7'.repeat(digits)}}}`, parts);
    return ((json as JsonObject).get('signed') as JsonObject).get('n');
  };
  assert.is(number(4100), BigInt('7'.repeat(4100)));
  assert.is(number(4101), BigInt('7'.repeat(4101)));
});

test('an error behind a known part is told where it stands', () => {
  const parts = new JsonParts();
  parseDocument(link('{}', files()), parts);
  const text = link(files(), '1.5');
  const message = (read: () => unknown): string => {
    try {
      read();
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
    throw new Error('accepted');
  };
  assert.is(
    message(() => parseDocument(text, parts)),
    message(() => parseDocument(text)),
  );
});

test.run();
