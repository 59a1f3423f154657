import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dirDigest, sha256Hex } from '../../src/intoto/digest.ts';
import type { Link } from '../../src/intoto/link.ts';
import { linkFromJson, linkToJson } from '../../src/intoto/link.ts';
import type { Delivered } from '../../src/verify/delivered.ts';
import { judgeDelivered } from '../../src/verify/delivered.ts';
import type { LayoutText } from '../support/layout.ts';
import { makeLayout } from '../support/layout.ts';
import { artifacts } from '../support/world.ts';

const steps = {
  train: { products: ['ALLOW model/*'] },
  package: { materials: ['MATCH model/* WITH PRODUCTS FROM train'], products: ['ALLOW dist/*'] },
};

type Products = Readonly<Record<string, Readonly<Record<string, string>>>>;

const MADE: Products = {
  train: { 'model/weights.bin': 'weights' },
  package: { 'dist/model.tar.gz': 'package', 'dist/LICENSE': 'license', 'dist/notes/README': 'read me' },
};

function linkOf(name: string, products: Readonly<Record<string, string>> | undefined): Link | undefined {
  if (products === undefined) return undefined;
  const none = new Map();
  const made = artifacts(products);
  return linkFromJson(
    linkToJson({ name, command: [], materials: none, products: made, byproducts: none, environment: none }),
  );
}

function judge(delivered: readonly Delivered[], made: Products = MADE, layout: LayoutText['steps'] = steps) {
  return judgeDelivered(delivered, makeLayout({ steps: layout }), (step) => linkOf(step, made[step]));
}

const file = (name: string, content: string): Delivered => ({ file: name, sha256: sha256Hex(content) });

/** `file = product`, or `file ! detail`. */
function words(delivered: readonly Delivered[], made?: Products, layout?: LayoutText['steps']): string[] {
  const { products, findings } = judge(delivered, made, layout);
  assert.ok(findings.every(({ code, severity }) => code === 'artifact-mismatch' && severity === 'violation'));
  return [
    ...products.flatMap(({ file: name, product, step }) =>
      product === undefined ? [] : [`${name} = ${product} (${step})`],
    ),
    ...findings.map(({ path, detail }) => `${path} ! ${detail}`),
  ];
}

test('a product of the last step is what it is', () => {
  assert.equal(words([file('model.tar.gz', 'package')]), ['model.tar.gz = dist/model.tar.gz (package)']);
  assert.equal(words([file('/tmp/a/README', 'read me')]), ['/tmp/a/README = dist/notes/README (package)']);
});

test('one that was renamed on the way is found by its content', () => {
  assert.equal(words([file('model (1).tar.gz', 'package')]), [
    'model (1).tar.gz = dist/model.tar.gz (package)',
  ]);
});

test('one altered byte is another file', () => {
  assert.equal(words([file('model.tar.gz', 'packagE')]), [
    'model.tar.gz ! the name of dist/model.tar.gz, another content',
  ]);
  const [finding] = judge([file('model.tar.gz', 'packagE')]).findings;
  assert.is(finding?.expected, `sha256:${sha256Hex('package')}`);
  assert.is(finding?.found, `sha256:${sha256Hex('packagE')}`);
});

test('two products that changed places are neither', () => {
  assert.equal(words([file('LICENSE', 'package'), file('model.tar.gz', 'license')]), [
    'LICENSE ! the name of dist/LICENSE, another content',
    'model.tar.gz ! the name of dist/model.tar.gz, another content',
  ]);
});

test('what an earlier step made is named, and is not what the chain ends in', () => {
  assert.equal(words([file('weights.bin', 'weights')]), [
    'weights.bin ! model/weights.bin, which train made; expected a product of the last step, package',
  ]);
});

test('what nobody made is said to be nothing', () => {
  assert.equal(words([file('virus.exe', 'virus')]), ['virus.exe ! no product of the last step, package']);
});

test('where a chain has several ends, each of them will do, and a stranger is told their names', () => {
  const ends = { ...steps, report: { products: ['ALLOW report/*'] } };
  const made = { ...MADE, report: { 'report/index.html': 'page' } };
  assert.equal(words([file('index.html', 'page'), file('LICENSE', 'license')], made, ends), [
    'index.html = report/index.html (report)',
    'LICENSE = dist/LICENSE (package)',
  ]);
  assert.equal(words([file('x', 'virus')], made, ends), [
    'x ! no product of the last steps, package, report',
  ]);
});

test('of two products with one name either will do', () => {
  const made = { ...MADE, package: { 'dist/a/README': 'one', 'dist/b/README': 'two' } };
  assert.equal(words([file('README', 'two')], made), ['README = dist/b/README (package)']);
  assert.equal(words([file('README', 'three')], made), [
    'README ! the name of dist/a/README, another content',
  ]);
});

const directory = (name: string, files: Readonly<Record<string, string>>): Delivered => ({
  file: name,
  sha256: dirDigest(Object.entries(files).map(([path, content]) => [path, sha256Hex(content)])),
  inside: Object.entries(files).map(([path, content]) => file(`${name}/${path}`, content)),
});

test('a directory is each file in it', () => {
  assert.equal(words([directory('out', { LICENSE: 'license', 'notes/README': 'read me', evil: 'x' })]), [
    'out/LICENSE = dist/LICENSE (package)',
    'out/notes/README = dist/notes/README (package)',
    'out/evil ! no product of the last step, package',
  ]);
});

test('a directory that was recorded as one is one', () => {
  const files = { 'a.bin': 'a', 'b/c.bin': 'c' };
  const whole = directory('weights', files);
  const link = linkOf('package', {});
  const products = new Map([['dir:dist/weights', new Map([['sha256', whole.sha256]])]]);
  const layout = makeLayout({ steps });
  const asked = (delivered: Delivered) =>
    judgeDelivered([delivered], layout, (step) =>
      step === 'package' && link ? { ...link, products } : undefined,
    );
  assert.equal(asked(whole).products, [
    { file: 'weights', sha256: whole.sha256, product: 'dir:dist/weights', step: 'package' },
  ]);
  assert.equal(asked(whole).findings, []);
  const { findings } = asked(directory('weights', { ...files, 'b/c.bin': 'C' }));
  assert.equal(
    findings.map(({ path }) => path),
    ['weights/a.bin', 'weights/b/c.bin'],
  );
});

test('nothing delivered, nothing found', () => {
  assert.equal(judge([]), { products: [], findings: [] });
});

test.run();
