import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from '../../src/intoto/json.ts';
import { jsonObject } from '../../src/intoto/json-value.ts';
import { linkFromJson, linkToJson } from '../../src/intoto/link.ts';
import {
  descriptorsOf,
  descriptorToJson,
  linkStatement,
  statementToJson,
} from '../../src/intoto/statement.ts';
import { artifacts } from '../support/world.ts';

const read = (json: Parameters<typeof stringify>[0]) => JSON.parse(stringify(json, 0));
const DATA = artifacts({ 'data/a': 'a', 'data/b': 'b' });
const MODEL = artifacts({ 'model/m': 'm' });
const commit = { name: 'commit', digest: new Map([['gitCommit', '1'.repeat(40)]]) };

function link(products = MODEL) {
  return linkFromJson(
    linkToJson({
      name: 'train',
      command: ['node', 'train.mjs'],
      materials: DATA,
      products,
      byproducts: jsonObject([['return-value', 0]]),
      environment: jsonObject([['mlchain', jsonObject([['version', 1]])]]),
    }),
  );
}

test('a statement has its four fields', () => {
  const statement = statementToJson({
    subject: [commit],
    predicateType: 'https://example.org/x/v1',
    predicate: jsonObject([['a', 1]]),
  });
  assert.equal(read(statement), {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'commit', digest: { gitCommit: '1'.repeat(40) } }],
    predicateType: 'https://example.org/x/v1',
    predicate: { a: 1 },
  });
});

test('a descriptor says only what it knows', () => {
  assert.equal(read(descriptorToJson({ uri: 'urn:x' })), { uri: 'urn:x' });
  assert.equal(read(descriptorToJson({ digest: new Map([['sha256', 'ab']]) })), { digest: { sha256: 'ab' } });
});

test('a link becomes a link predicate, version 0.3', () => {
  const statement = read(linkStatement(link(), commit));
  assert.is(statement.predicateType, 'https://in-toto.io/attestation/link/v0.3');
  assert.equal(Object.keys(statement.predicate).sort(), [
    'byproducts',
    'command',
    'environment',
    'materials',
    'name',
  ]);
  assert.equal(statement.predicate.command, ['node', 'train.mjs']);
  assert.equal(statement.predicate.byproducts, { 'return-value': 0 });
});

test('and back again, by the rule of the specification', () => {
  const { subject, predicate } = read(linkStatement(link(), commit));
  const named = (list: { name: string; digest: object }[]) =>
    Object.fromEntries(list.map(({ name, digest }) => [name, digest]));
  const back = {
    _type: 'link',
    name: predicate.name,
    command: predicate.command,
    byproducts: predicate.byproducts,
    environment: predicate.environment,
    materials: named(predicate.materials),
    products: named(subject),
  };
  assert.equal(back, read(link().json));
});

test('every material has a name and a digest, and names are distinct', () => {
  const { predicate } = read(linkStatement(link(), commit));
  const names = predicate.materials.map(({ name }: { name: string }) => name);
  assert.equal(names, ['data/a', 'data/b']);
  for (const { digest } of predicate.materials) assert.match(digest.sha256, /^[0-9a-f]{64}$/);
});

test('a link without products is a statement about the commit', () => {
  const { subject } = read(linkStatement(link(new Map()), commit));
  assert.equal(subject, [{ name: 'commit', digest: { gitCommit: '1'.repeat(40) } }]);
});

test('artifacts are listed in the order of the link', () => {
  assert.equal(
    descriptorsOf(DATA).map(({ name }) => name),
    ['data/a', 'data/b'],
  );
});

test.run();
