import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type JsonObject, parseJson } from '../../src/intoto/json.ts';
import { type LinkParts, linkFromJson, linkToJson, returnValue } from '../../src/intoto/link.ts';

const DIGEST = 'ab'.repeat(32);

function wire(fields: Record<string, unknown> = {}): JsonObject {
  const link = {
    _type: 'link',
    name: 'train',
    command: ['node', 'train.mjs'],
    materials: { 'data/a.csv': { sha256: DIGEST } },
    products: { 'model.pt': { sha256: DIGEST, sha512: DIGEST } },
    byproducts: { 'return-value': 0 },
    environment: {},
    ...fields,
  };
  return parseJson(JSON.stringify(link)) as JsonObject;
}

function refusal(fields: Record<string, unknown>): string {
  try {
    linkFromJson(wire(fields));
  } catch (error) {
    assert.instance(error, FormatError);
    return (error as FormatError).message;
  }
  throw new Error('accepted');
}

test('a link is read', () => {
  const link = linkFromJson(wire());
  assert.is(link.name, 'train');
  assert.equal(link.command, ['node', 'train.mjs']);
  assert.is(link.materials.get('data/a.csv')?.get('sha256'), DIGEST);
  assert.is(link.products.get('model.pt')?.size, 2);
  assert.is(returnValue(link), 0);
});

test('unknown fields survive, since the signature covers them', () => {
  const json = wire({ extra: { nested: [1] } });
  assert.is(linkFromJson(json).json, json);
});

test('a link without any of its fields is refused: readers would fill it in differently', () => {
  for (const field of ['name', 'command', 'materials', 'products', 'byproducts', 'environment']) {
    assert.match(refusal({ [field]: undefined }), new RegExp(`^link\\.${field}: expected .*, found nothing`));
  }
});

test('what is no link is refused, with where and what', () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ _type: 'layout' }, /_type: expected "link", found "layout"/],
    [{ name: null }, /name: expected a string, found null/],
    [{ command: 'node train.mjs' }, /command: expected a list/],
    [{ command: ['node', 1] }, /command\[1\]: expected a string, found 1/],
    [{ materials: [] }, /materials: expected an object, found a list/],
    [{ products: { a: { sha256: 'zz' } } }, /products\["a"\]: expected digests in hex/],
    [{ byproducts: [] }, /byproducts: expected an object/],
    [{ environment: null }, /environment: expected an object/],
  ];
  for (const [fields, message] of cases) assert.match(refusal(fields), message);
});

test('byproducts are opaque: a return value may be anything, and is told as it stands', () => {
  assert.is(returnValue(linkFromJson(wire({ byproducts: {} }))), undefined);
  assert.is(returnValue(linkFromJson(wire({ byproducts: { 'return-value': '0' } }))), '0');
  assert.is(returnValue(linkFromJson(wire({ byproducts: { 'return-value': null } }))), null);
});

test('a link written is read as it was, and signs the same bytes', () => {
  const { json, ...parts } = linkFromJson(wire());
  const written = linkToJson(parts satisfies LinkParts);
  assert.ok(canonicalize(written).equals(canonicalize(json)));
  assert.equal(linkFromJson(written), { ...parts, json: written });
});

test('names that mean something to JavaScript are ordinary names of artifacts', () => {
  const json = parseJson(
    `{"__proto__":{"sha256":"${DIGEST}"},"hasOwnProperty":{"sha256":"${DIGEST}"}}`,
  ) as JsonObject;
  const link = linkFromJson(new Map([...wire(), ['products', json]]));
  assert.equal([...link.products.keys()], ['__proto__', 'hasOwnProperty']);
});

test.run();
