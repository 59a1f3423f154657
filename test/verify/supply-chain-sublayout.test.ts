import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Envelope } from '../../src/intoto/envelope.ts';
import type { SupplyChainVerdict } from '../../src/verify/supply-chain.ts';
import type { SupplyChain } from '../../src/verify/supply-chain-facts.ts';
import { codesOf, fileName, linkJson, memoryLinks, signed, verifyChain } from '../support/chain.ts';
import { type LayoutText, makeLayoutJson } from '../support/layout.ts';
import { makeSigningKey, type SigningKey } from '../support/signing-key.ts';

const [olivia, alice, bob, subkey] = Array.from({ length: 4 }, () => makeSigningKey()) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
const carl = makeSigningKey('ed25519', { subkeys: [subkey] });

/** Alice prepares; training is Carl's, who may delegate it. */
const outer: LayoutText = {
  keys: [alice.key, carl.key],
  steps: {
    prepare: { pubkeys: [alice.key.keyid], products: ['CREATE data.csv', 'DISALLOW *'] },
    train: {
      pubkeys: [carl.key.keyid],
      materials: ['MATCH * WITH PRODUCTS FROM prepare', 'DISALLOW *'],
      products: ['CREATE model.pt', 'DISALLOW *'],
    },
  },
};

/** Carl's own layout: Bob fits, then evaluates. */
const inner: LayoutText = {
  keys: [bob.key],
  steps: {
    fit: { products: ['CREATE raw.pt', 'DISALLOW *'] },
    evaluate: {
      materials: ['MATCH raw.pt WITH PRODUCTS FROM fit', 'DISALLOW *'],
      products: ['CREATE model.pt', 'DISALLOW *'],
    },
  },
};

type Files = Map<string, Envelope | string>;

function files(by: SigningKey = carl, layout: LayoutText = inner, directory: SigningKey = by): Files {
  const place = fileName('train', directory, '');
  return new Map([
    [
      fileName('prepare', alice),
      signed(linkJson({ name: 'prepare', products: { 'data.csv': 'rows' } }), [alice]),
    ],
    [fileName('train', by), signed(makeLayoutJson(layout), [by])],
    [
      `${place}/${fileName('fit', bob)}`,
      signed(linkJson({ name: 'fit', materials: { 'data.csv': 'rows' }, products: { 'raw.pt': 'w' } }), [
        bob,
      ]),
    ],
    [
      `${place}/${fileName('evaluate', bob)}`,
      signed(linkJson({ name: 'evaluate', materials: { 'raw.pt': 'w' }, products: { 'model.pt': 'w' } }), [
        bob,
      ]),
    ],
  ]);
}

function verify(links: Files, more: Partial<SupplyChain> = {}): Promise<SupplyChainVerdict> {
  return verifyChain({ owner: olivia, layout: outer, files: links }, more);
}

test('a step that was delegated counts as one link: materials of its first step, products of its last', async () => {
  const verdict = await verify(files());
  assert.equal(verdict.findings, []);
  assert.is(verdict.links, 3);
  assert.equal(
    verdict.steps.map(({ step }) => step),
    ['prepare', 'train'],
  );
});

test('a subkey of an authorised certificate may delegate as well as its primary key', async () => {
  assert.equal((await verify(files(subkey))).findings, []);
});

test('a layout of somebody who may not do the step delegates nothing', async () => {
  const verdict = await verify(files(alice));
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
  assert.equal(codesOf(verdict, 'warning'), ['unauthorised']);
});

test('what is wrong inside is told as a warning, and outside the step then lacks its link', async () => {
  const missing = files();
  missing.delete(`${fileName('train', carl, '')}/${fileName('fit', bob)}`);
  const verdict = await verify(missing);
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
  const [reason] = verdict.findings;
  assert.is(reason?.code, 'link-missing');
  assert.is(reason?.severity, 'warning');
  assert.is(reason?.step, 'train/fit');
});

test('a sublayout that has expired counts for nothing', async () => {
  const verdict = await verify(files(carl, { ...inner, expires: Date.UTC(2025, 4, 1) }));
  assert.equal(codesOf(verdict, 'warning'), ['layout-expired']);
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
});

test('a sublayout that makes no sense counts for nothing', async () => {
  const verdict = await verify(files(carl, { ...inner, steps: { fit: { threshold: 0 } } }));
  assert.equal(codesOf(verdict, 'warning'), ['layout-invalid']);
});

test('the outer rules see what the inner steps did', async () => {
  const poisoned = files();
  const place = fileName('train', carl, '');
  poisoned.set(
    `${place}/${fileName('fit', bob)}`,
    signed(linkJson({ name: 'fit', materials: { 'data.csv': 'poison' }, products: { 'raw.pt': 'w' } }), [
      bob,
    ]),
  );
  const verdict = await verify(poisoned);
  assert.equal(codesOf(verdict, 'violation'), ['rule-failed']);
});

test('links of a sublayout that lie beside the outer ones are not found', async () => {
  const beside = new Map(
    [...files()].map(([name, content]) => [name.replace(/^.*\//, ''), content] as const),
  );
  const verdict = await verify(beside);
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
  assert.equal(codesOf(verdict, 'warning'), ['link-missing', 'link-missing']);
});

test('the directory is that of the key that signed', async () => {
  const verdict = await verify(files(subkey, inner, carl));
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
});

test('another functionary’s plain link stands where a sublayout fails', async () => {
  const text = { ...outer, keys: [alice.key, carl.key, bob.key] };
  const train = { ...outer.steps.train, pubkeys: [carl.key.keyid, bob.key.keyid] };
  const broken = files();
  broken.delete(`${fileName('train', carl, '')}/${fileName('fit', bob)}`);
  const link = linkJson({ name: 'train', materials: { 'data.csv': 'rows' }, products: { 'model.pt': 'w' } });
  broken.set(fileName('train', bob), signed(link, [bob]));
  const layout = { ...text, steps: { ...outer.steps, train } };
  assert.equal(codesOf(await verifyChain({ owner: olivia, layout, files: broken }), 'violation'), []);
});

test('a sublayout without steps is a link that did nothing', async () => {
  const verdict = await verify(files(carl, { ...inner, steps: {} }));
  assert.equal(codesOf(verdict, 'violation'), []);
  assert.equal(codesOf(verdict, 'warning'), ['materials-missing']);
});

test('a layout within itself comes to an end', async () => {
  const self: LayoutText = { keys: [carl.key], steps: { train: {} } };
  const envelope = signed(makeLayoutJson(self), [carl]);
  const endless = { ...memoryLinks(new Map([[fileName('train', carl), envelope]])), below: () => endless };
  const verdict = await verifyChain({ owner: olivia, layout: self, files: new Map() }, { links: endless });
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
  assert.ok(
    verdict.findings.some(({ code, detail }) => code === 'layout-invalid' && detail?.includes('16 layouts')),
  );
});

test('parameters are the outer layout’s: inside, braces are plain text', async () => {
  const braces: LayoutText = {
    ...inner,
    steps: { ...inner.steps, fit: { products: ['ALLOW {x}', 'DISALLOW *'] } },
  };
  const place = fileName('train', carl, '');
  const named = files(carl, braces);
  const product = { '{x}': 'w' };
  named.set(
    `${place}/${fileName('fit', bob)}`,
    signed(linkJson({ name: 'fit', materials: { 'data.csv': 'rows' }, products: product }), [bob]),
  );
  named.set(
    `${place}/${fileName('evaluate', bob)}`,
    signed(linkJson({ name: 'evaluate', products: { 'model.pt': 'w' } }), [bob]),
  );
  const verdict = await verify(named, { parameters: new Map([['x', 'y']]) });
  assert.equal(codesOf(verdict, 'violation'), []);
});

test.run();
