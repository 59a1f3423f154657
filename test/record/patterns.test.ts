import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dirDigest, sha256Hex } from '../../src/intoto/digest.ts';
import { withoutExcluded } from '../../src/record/patterns.ts';
import { files, patternsOf } from '../support/listings.ts';

const names = (listing: ReadonlyMap<string, unknown>) => [...listing.keys()].sort();

test('a step looks at what its rules and the configuration name, and at all it controls', () => {
  const patterns = patternsOf(
    {
      materials: ['MATCH raw/* WITH PRODUCTS FROM other'],
      products: ['ALLOW data/*', 'DELETE old/*', 'ALLOW *'],
    },
    { materials: ['scripts/'], products: ['logs/*.txt'] },
  );
  assert.ok(patterns.materials.covers('raw/a'));
  assert.ok(patterns.materials.covers('scripts/deep/x.py'));
  assert.not(patterns.materials.covers('data/a'));
  assert.ok(patterns.products.covers('data/a'));
  assert.ok(patterns.products.covers('logs/a.txt'));
  assert.not(patterns.products.covers('anything'), 'a bare * says what may be there');
  assert.not(patterns.products.covers('old/a'), 'what a step may only delete is none of its products');
  assert.ok(patterns.wants('old/a'), 'but it is under its control');
  assert.not(patterns.wants('README.md'));
});

test("the tool's own files are never recorded, whatever a pattern says", () => {
  const patterns = patternsOf({ products: ['ALLOW .m*'] }, { materials: ['.mlchain/'] });
  for (const own of ['.mlchainrc', '.mlchain/root.layout']) assert.not(patterns.wants(own));
});

test('a directory asked for as one artifact is one name, whose digest covers every file in it', () => {
  const { products } = patternsOf({ products: ['CREATE dir:data', 'CREATE note.txt'] });
  const folded = products.fold(files({ 'data/a': '1', 'data/b/c': '2', 'note.txt': 'n', 'other/x': 'x' }));
  assert.equal(names(folded), ['dir:data', 'note.txt']);
  const expected = dirDigest([
    ['a', sha256Hex('1')],
    ['b/c', sha256Hex('2')],
  ]);
  assert.is(folded.get('dir:data')?.digest, expected);
  assert.equal(products.directoryNames('data/b/c'), ['dir:data']);
  assert.equal(products.directoryNames('note.txt'), []);
});

test('a product below a recorded directory has no second name, a material may have', () => {
  const rules = { materials: ['MATCH data/a WITH PRODUCTS FROM other', 'ALLOW dir:data'] };
  const asMaterials = patternsOf(rules).materials.fold(files({ 'data/a': '1' }));
  assert.equal(names(asMaterials), ['data/a', 'dir:data']);
  const asProducts = patternsOf({ products: ['ALLOW data/a', 'ALLOW dir:data'] }).products.fold(
    files({ 'data/a': '1' }),
  );
  assert.equal(names(asProducts), ['dir:data']);
});

test('prefixes begin every path that matters', () => {
  const { prefixes, wants } = patternsOf({
    materials: ['ALLOW raw/x*'],
    products: ['ALLOW dir:data', 'DELETE old/*'],
  });
  for (const path of ['raw/xyz', 'data/deep/a', 'old/b']) {
    assert.ok(wants(path));
    assert.ok(
      prefixes.some((prefix) => path.startsWith(prefix)),
      path,
    );
  }
});

test('what run --exclude names is left out, but for what the step controls and for whole directories', () => {
  const all = patternsOf({
    materials: ['ALLOW raw/*', 'MATCH dir:corpus WITH PRODUCTS FROM other'],
    products: ['ALLOW data/*'],
  });
  const { materials, products } = withoutExcluded(all, (path) => path.endsWith('.tmp'));
  assert.not(materials.covers('raw/x.tmp'));
  assert.ok(materials.covers('raw/x.csv'));
  assert.ok(materials.covers('corpus/x.tmp'), 'a directory is recorded whole, or its digest is another');
  assert.ok(products.covers('data/x.tmp'), 'a commit that holds it could never be bound');
});

test('patterns have words to be remembered by where each name stands for itself, and nothing is left out', () => {
  const words = (materials: readonly string[]) => patternsOf({ materials }).materials.question;
  assert.type(words(['ALLOW data/*']), 'string');
  assert.is(words(['ALLOW data/*']), words(['ALLOW data/*', 'DISALLOW *']));
  assert.is.not(words(['ALLOW data/*']), words(['ALLOW data/*.csv']));
  assert.is(words(['ALLOW data/*', 'ALLOW dir:lib']), undefined);
  const patterns = patternsOf({ materials: ['ALLOW data/*'] });
  assert.is(withoutExcluded(patterns, () => false).materials.question, undefined);
});

test.run();
