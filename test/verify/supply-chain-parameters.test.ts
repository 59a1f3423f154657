import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type Json, type JsonObject, parseJson, stringify } from '../../src/intoto/json.ts';
import { substituteParameters } from '../../src/verify/supply-chain-parameters.ts';
import { codesOf, fileName, linkJson, signed, verifyChain } from '../support/chain.ts';
import { askPython } from '../support/python.ts';
import { makeSigningKey } from '../support/signing-key.ts';

function layoutWith(rule: readonly string[]): JsonObject {
  const item = {
    name: '{dir}',
    expected_materials: [rule],
    expected_products: [rule],
    expected_command: rule,
    run: rule,
  };
  return parseJson(
    JSON.stringify({ readme: '{dir}', steps: [item], inspect: [item], keys: { '{dir}': 1 } }),
  ) as JsonObject;
}

/** What becomes of one word. */
function substituted(word: string, parameters: Readonly<Record<string, string>>): string {
  const layout = substituteParameters(layoutWith([word]), new Map(Object.entries(parameters)));
  const [step] = layout.get('steps') as readonly JsonObject[];
  const [command] = (step?.get('expected_command') ?? []) as readonly Json[];
  return String(command);
}

test('placeholders are replaced in rules and commands, and nowhere else', () => {
  const layout = substituteParameters(layoutWith(['ALLOW', '{dir}/*']), new Map([['dir', 'out']]));
  const item =
    '{"expected_command":["ALLOW","out/*"],"expected_materials":[["ALLOW","out/*"]],"expected_products":[["ALLOW","out/*"]],"name":"{dir}","run":["ALLOW","out/*"]}';
  assert.is(
    stringify(layout, 0),
    `{"inspect":[${item}],"keys":{"{dir}":1},"readme":"{dir}","steps":[${item}]}`,
  );
});

test('doubled braces are braces', () => {
  assert.is(substituted('{{dir}} {dir} }}{{', { dir: 'x' }), '{dir} x }{');
});

test('what is put in is not looked at again', () => {
  assert.is(substituted('{a}', { a: '{b}', b: 'no' }), '{b}');
});

test('a placeholder without a value is refused', () => {
  for (const word of [
    '{other}',
    '{}',
    '{',
    '}',
    '{0}',
    '{dir.attr}',
    '{dir[0]}',
    '{dir!r}',
    '{dir:>9}',
    '{ dir}',
  ]) {
    assert.throws(
      () => substituted(word, { dir: 'x' }),
      (error: unknown) => error instanceof FormatError && error.message.includes('expected a parameter'),
      word,
    );
  }
});

test('names like those of an object are no parameters', () => {
  assert.throws(() => substituted('{constructor}', {}), /expected a parameter/);
  assert.is(substituted('{__proto__}', JSON.parse('{"__proto__":"x"}') as Record<string, string>), 'x');
});

test('the peer puts in the same', () => {
  const anyWord = fc.string({
    unit: fc.constantFrom('{', '}', '{a}', '{b}', '{{', '}}', 'x', 'é', '{c}'),
    maxLength: 6,
  });
  const words = fc.sample(anyWord, { numRuns: 2000, seed: 8 });
  const answers = askPython<unknown>('', 'answer = value.format(a="A", b="{x}")', words);
  const ours = words.map((word) => {
    try {
      return substituted(word, { a: 'A', b: '{x}' });
    } catch (error) {
      assert.instance(error, FormatError);
      return 'refused';
    }
  });
  assert.equal(
    ours,
    answers.map((answer) => (typeof answer === 'string' ? answer : 'refused')),
  );
});

const [owner, alice] = [makeSigningKey(), makeSigningKey()];
const chain = {
  owner,
  layout: { keys: [alice.key], steps: { build: { products: ['CREATE {dir}/*', 'DISALLOW *'] } } },
  files: new Map([
    [fileName('build', alice), signed(linkJson({ name: 'build', products: { 'out/a': '1' } }), [alice])],
  ]),
};

test('a layout is judged with its parameters; without any, braces are plain text', async () => {
  const dir = (value: string) => new Map([['dir', value]]);
  assert.equal((await verifyChain(chain, { parameters: dir('out') })).findings, []);
  assert.equal(codesOf(await verifyChain(chain, { parameters: dir('elsewhere') }), 'violation'), [
    'rule-failed',
  ]);
  assert.equal(codesOf(await verifyChain(chain), 'violation'), ['rule-failed']);
});

test('a layout that lacks a parameter is invalid', async () => {
  assert.equal(codesOf(await verifyChain(chain, { parameters: new Map() }), 'violation'), ['layout-invalid']);
});

test('parameters do not touch what was signed: the owner’s signature is checked over the layout as it lies there', async () => {
  const verdict = await verifyChain(chain, { parameters: new Map([['dir', 'out']]) });
  assert.equal(codesOf(verdict, 'violation'), []);
});

test.run();
