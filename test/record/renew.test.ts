import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Listing } from '../../src/artifact/kind.ts';
import { toDigestSet } from '../../src/artifact/kind.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import type { PathChange } from '../../src/ledger/binding.ts';
import type { StepView } from '../../src/record/compose.ts';
import type { LinkDraft } from '../../src/record/draft.ts';
import type { Rewrite } from '../../src/record/renew.ts';
import { renewWork } from '../../src/record/renew.ts';
import { artifact, files, patternsOf } from '../support/listings.ts';

const train = patternsOf({
  materials: ['MATCH data/* WITH PRODUCTS FROM other'],
  products: ['ALLOW model/*'],
});
const brought = new Map([['model/m', { before: null, after: sha256Hex('m') }]]);

interface DraftText {
  readonly materials?: Listing;
  readonly products?: Listing;
  readonly changed?: ReadonlyMap<string, PathChange>;
  readonly external?: readonly string[];
}

function signed({ materials, products, changed = brought, external = [] }: DraftText = {}): LinkDraft {
  const sets = (listing: Listing) => new Map([...listing].map(([name, each]) => [name, toDigestSet(each)]));
  return {
    step: 'train',
    command: ['python', 'train.py'],
    materials: sets(materials ?? files({ 'data/a': 'd' })),
    products: sets(products ?? files({ 'model/m': 'm' })),
    byproducts: jsonObject([['return-value', 0]]),
    binding: {
      recorder: 'run',
      commit: '1'.repeat(40),
      tree: '2'.repeat(40),
      parents: [],
      objectFormat: 'sha1',
      author: 'A <a@example.org>',
      changed,
      kinds: new Map(),
      external,
      rewrittenFrom: undefined,
    },
  };
}

const view = (own: Record<string, string>, parent: Record<string, string> = {}): StepView => ({
  own: files(own),
  parents: [files(parent)],
  deleted: new Set(),
});

const before = view({ 'data/a': 'd', 'model/m': 'm' }, { 'data/a': 'd' });

function rewrite(parts: Partial<Rewrite>): Rewrite {
  return { prior: signed(), changed: brought, before, after: before, ...parts };
}

test('the same change from the same materials is signed again', () => {
  const renewal = renewWork(train, rewrite({}));
  assert.equal(renewal, {
    kind: 'renewed',
    work: { materials: files({ 'data/a': 'd' }), products: files({ 'model/m': 'm' }) },
  });
});

test('what others made meanwhile is read from the new tree', () => {
  const after = view(
    { 'data/a': 'd', 'model/m': 'm', 'model/by-others': 'o' },
    { 'data/a': 'd', 'model/by-others': 'o' },
  );
  const renewal = renewWork(train, rewrite({ after }));
  assert.is(renewal.kind, 'renewed');
  assert.equal(renewal.kind === 'renewed' && [...renewal.work.products.keys()].sort(), [
    'model/by-others',
    'model/m',
  ]);
});

test('new data below an old model: the model was not made from them', () => {
  const after = view({ 'data/a': 'newer', 'model/m': 'm' }, { 'data/a': 'newer' });
  assert.equal(renewWork(train, rewrite({ after })), { kind: 'changed', path: 'data/a' });
});

test('a data file that came with the rebase was no material', () => {
  const after = view(
    { 'data/a': 'd', 'data/more': 'x', 'model/m': 'm' },
    { 'data/a': 'd', 'data/more': 'x' },
  );
  assert.equal(renewWork(train, rewrite({ after })), { kind: 'changed', path: 'data/more' });
});

test('a change that a conflict altered, on either side of it, is another change', () => {
  const altered = new Map([['model/m', { before: null, after: sha256Hex('merged') }]]);
  assert.equal(renewWork(train, rewrite({ changed: altered })), { kind: 'changed', path: 'model/m' });
  const onTop = new Map([['model/m', { before: sha256Hex('theirs'), after: sha256Hex('m') }]]);
  assert.equal(renewWork(train, rewrite({ changed: onTop })), { kind: 'changed', path: 'model/m' });
});

test('a change that grew or shrank is another change', () => {
  const more = new Map([...brought, ['model/n', { before: null, after: sha256Hex('n') }]] as const);
  assert.is(renewWork(train, rewrite({ changed: more })).kind, 'changed');
  assert.is(renewWork(train, rewrite({ changed: new Map() })).kind, 'changed');
});

test('what lies outside of git goes along: external products, materials that no tree has', () => {
  const prior = signed({
    materials: files({ 'data/a': 'd', 'data/huge': 'h' }),
    products: files({ 'model/m': 'm', 'model/optimizer': 'o' }),
    external: ['model/optimizer'],
  });
  const renewal = renewWork(train, rewrite({ prior }));
  assert.equal(renewal, {
    kind: 'renewed',
    work: {
      materials: files({ 'data/a': 'd', 'data/huge': 'h' }),
      products: new Map([
        ['model/m', artifact('m')],
        ['model/optimizer', artifact('o')],
      ]),
    },
  });
});

test('a link that lies about its materials is not signed again', () => {
  const prior = signed({ materials: files({ 'data/a': 'not what the tree had' }) });
  assert.equal(renewWork(train, rewrite({ prior })), { kind: 'changed', path: 'data/a' });
});

test.run();
