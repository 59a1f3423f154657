import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseJson } from '../../src/intoto/json.ts';
import { linkFromJson } from '../../src/intoto/link.ts';
import type { Binding } from '../../src/ledger/binding.ts';
import { linkText } from '../../src/report/link-text.ts';
import { styleFor } from '../../src/report/style.ts';
import type { LinkStanding } from '../../src/verify/link-standing.ts';
import { bob, commit, finding } from './sample.ts';

const plain = styleFor(false);
const digest = '9f86d081884c7d65'.repeat(4);

function link(more: object = {}) {
  const json = {
    _type: 'link',
    name: 'train',
    command: ['node', 'scripts/train.mjs'],
    materials: { 'data/train.csv': { sha256: digest } },
    products: { 'model/big.bin': { sha256: digest } },
    byproducts: {},
    environment: {},
    ...more,
  };
  return linkFromJson(parseJson(JSON.stringify(json)));
}

const binding: Binding = {
  commit,
  tree: commit,
  parents: [],
  objectFormat: 'sha1',
  author: 'Bob <bob@example.org>',
  recorded: '2026-11-22T09:00:00Z',
  recorder: 'run',
  changed: new Map(),
  kinds: new Map([['model/big.bin', 'lfs']]),
  external: ['model/optimizer.pt'],
  rewrittenFrom: undefined,
};

/** What is shown of a link; the rest of its standing is not looked at. */
type Shown = Pick<LinkStanding, 'link' | 'binding' | 'signer' | 'counting' | 'findings'>;

function text(more: Partial<Shown> = {}): string {
  const shown: Shown = { link: link(), binding, signer: bob, counting: undefined, findings: [], ...more };
  return linkText(shown, plain);
}

test('a link is shown in full: who, when, how, from what, what', () => {
  assert.is(
    text(),
    `link of train (does not count)
  signer:    Bob (key 89ABCDEF7E5D0C11)
  recorded:  2026-11-22T09:00:00Z by run
  command:   node scripts/train.mjs
  materials:
    sha256:9f86d081884c…  data/train.csv
  products:
    sha256:9f86d081884c…  model/big.bin (lfs)
  external:  model/optimizer.pt`,
  );
});

test('what is empty is said to be none', () => {
  const bare = text({ link: link({ command: [], materials: {} }), binding: { ...binding, external: [] } });
  assert.match(bare, /\n {2}command: {3}none\n {2}materials: none\n/);
  assert.not.match(bare, /external/);
});

test('why it does not count stands below it', () => {
  assert.match(
    text({ findings: [finding('unauthorised', { severity: 'warning' })] }),
    /\nwarning: train: the link of .* \[unauthorised\]\n {2}hint: /,
  );
});

test('a hostile link stays on its lines (threat 34)', () => {
  const evil = 'x\u001b[2J\nproducts: good\u202e';
  const lines = text({
    link: link({ command: [evil], products: { [evil]: { sha256: digest } } }),
    binding: { ...binding, kinds: new Map([[evil, `dvc:${evil}`]]), external: [evil] },
    signer: { ...bob, name: evil },
  }).split('\n');
  assert.is(lines.length, 9);
  assert.not.match(lines.join(''), /[\p{Cc}\p{Cf}]/u);
});

test.run();
