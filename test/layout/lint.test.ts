import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Holders } from '../../src/layout/holders.ts';
import { lintLayout } from '../../src/layout/lint.ts';
import { lintMessage } from '../../src/layout/lint-words.ts';
import type { LayoutText } from '../support/layout.ts';
import { inAYear, makeKey, makeLayout } from '../support/layout.ts';
import { makeSslibSigningKey } from '../support/sslib-key.ts';

const now = Date.UTC(2026, 10, 22);
const day = 86_400_000;

interface Surroundings {
  readonly tracked?: readonly string[];
  readonly holders?: Holders;
  readonly sublayouts?: readonly string[];
}

/** `severity code: message` of every problem. */
function lint(
  text: LayoutText,
  { tracked = [], holders = new Map(), sublayouts = [] }: Surroundings = {},
): string[] {
  const problems = lintLayout({ layout: makeLayout(text), now, holders, tracked, sublayouts });
  return problems.map((problem) => `${problem.severity} ${problem.code}: ${lintMessage(problem)}`);
}

/** Two steps that nothing is wrong with. */
const sound = {
  prepare: { materials: ['DISALLOW *'], products: ['ALLOW data/*', 'DISALLOW *'] },
  train: {
    materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'DELETE model/*', 'DISALLOW *'],
    products: ['CREATE model/*', 'MODIFY model/*', 'DISALLOW *'],
  },
};
const tracked = ['data/a.csv', 'model/m.bin'];

test('a sound layout has no problems', () => {
  assert.equal(lint({ steps: sound }, { tracked }), []);
});

test('an expired layout is an error, one that soon expires a warning', () => {
  assert.equal(lint({ steps: sound, expires: now }, { tracked }), ['error expired: the layout has expired']);
  assert.equal(lint({ steps: sound, expires: now + 29 * day }, { tracked }), [
    'warning expires-soon: the layout expires in 29 days',
  ]);
  assert.equal(lint({ steps: sound, expires: now + day }, { tracked }), [
    'warning expires-soon: the layout expires in 1 day',
  ]);
  assert.equal(lint({ steps: sound, expires: now + 30 * day }, { tracked }), []);
});

test('a layout without an identity could be exchanged for another one', () => {
  for (const readme of ['', 'about\nmlchain-id: 00000000000000000000000000000000', 'mlchain-id: 12']) {
    assert.match(lint({ steps: sound, readme }, { tracked }).join(), /^warning no-id: /);
  }
});

test('a tracked path that two steps control is an error, since no release can pass', () => {
  const steps = { ...sound, clean: { materials: ['DISALLOW *'], products: ['ALLOW data/a*', 'DISALLOW *'] } };
  assert.equal(lint({ steps }, { tracked }), [
    'error two-steps: prepare: data/a.csv is a product of step clean too, so no release can ever pass',
  ]);
});

test('one path of many that two steps control is named, not all of them', () => {
  const steps = { ...sound, clean: { materials: ['DISALLOW *'], products: ['ALLOW data/*', 'DISALLOW *'] } };
  const many = [...tracked, ...Array.from({ length: 500 }, (_, index) => `data/${index}`)];
  assert.is(lint({ steps }, { tracked: many }).length, 1);
});

test('patterns of two steps that only could meet are a warning', () => {
  const steps = { ...sound, clean: { materials: ['DISALLOW *'], products: ['ALLOW *.clean', 'DISALLOW *'] } };
  assert.equal(lint({ steps }, { tracked: [...tracked, 'a.clean'] }), [
    'warning steps-meet: prepare: products data/* could be products of step clean too',
    'warning steps-meet: train: products model/* could be products of step clean too',
  ]);
});

test('a directory as one artifact and a file in it are two claims to one path', () => {
  const steps = {
    ...sound,
    weights: { materials: ['DISALLOW *'], products: ['ALLOW dir:model', 'DISALLOW *'] },
  };
  assert.match(lint({ steps }, { tracked }).join(), /^error two-steps: train: model\/m\.bin /);
});

test('a step that nobody may sign, or too few, is an error', () => {
  const { prepare, train } = sound;
  assert.equal(lint({ steps: { prepare: { ...prepare, pubkeys: [] }, train } }, { tracked }), [
    'error no-functionary: prepare: nobody may sign this step',
  ]);
  assert.equal(lint({ steps: { prepare, train: { ...train, threshold: 2 } } }, { tracked }), [
    'error too-few-functionaries: train: the threshold can never be met: 1 of 2 functionaries',
  ]);
});

test('two subkeys of one certificate are one person for a threshold', () => {
  const keys = [makeKey('a'), makeKey('b')];
  const alice = { fingerprint: 'A'.repeat(40), name: 'Alice' };
  const holders = new Map(keys.map(({ keyid }) => [keyid, alice]));
  const text = { keys, steps: { prepare: sound.prepare, train: { ...sound.train, threshold: 2 } } };
  assert.match(lint(text, { tracked, holders }).join(), /^error too-few-functionaries: train/);
  assert.equal(lint(text, { tracked }), []);
});

test('a key that no step names, and one whose period in-toto would hold against old links, are doubtful', () => {
  const limited = makeKey('b', { validityPeriod: 3600 });
  const keys = [makeKey('a', { subkeys: [makeKey('d')] }), limited, makeKey('c')];
  const pubkeys = ['d'.repeat(40), limited.keyid];
  const steps = { prepare: { ...sound.prepare, pubkeys }, train: { ...sound.train, pubkeys } };
  assert.equal(lint({ keys, steps }, { tracked }), [
    `warning unused-key: no step names the key ${'c'.repeat(40)}`,
    `warning key-validity: the key ${limited.keyid} has a validity_period: once it is over, in-toto refuses all that the key ever signed`,
  ]);
});

test('a key that is not OpenPGP’s can sign nothing in a repository, and is doubtful', () => {
  const { key } = makeSslibSigningKey('ed25519');
  assert.equal(lint({ steps: sound, keys: [makeKey('a'), key] }, { tracked }), [
    `warning foreign-key: the key ${key.keyid} is not OpenPGP's: its signatures count only for imported links and in 'verify --in-toto'`,
  ]);
});

test('a MATCH with a step that is not there is an error, with a later one a warning', () => {
  const { prepare, train } = sound;
  const lost = { ...train, materials: ['MATCH data/* WITH PRODUCTS FROM perpare', 'DISALLOW *'] };
  assert.equal(lint({ steps: { prepare, train: lost } }, { tracked }), [
    'error unknown-step: train, materials rule 1: there is no step named perpare (MATCH data/* WITH PRODUCTS FROM perpare)',
  ]);
  assert.equal(lint({ steps: { train, prepare } }, { tracked }), [
    'warning later-step: train, materials rule 1: step prepare comes later in the layout (MATCH data/* WITH PRODUCTS FROM prepare)',
  ]);
});

test('a step may match itself; an inspection may match steps and earlier inspections, not later ones', () => {
  const prepare = {
    materials: ['DISALLOW *'],
    products: ['MATCH x WITH MATERIALS FROM prepare', ...sound.prepare.products],
  };
  const item = (from: string) => ({ products: [`MATCH x WITH PRODUCTS FROM ${from}`] });
  const text = (first: string, second: string) => ({
    steps: { prepare, train: sound.train },
    inspections: { first: item(first), second: item(second) },
  });
  assert.equal(lint(text('train', 'first'), { tracked: [...tracked, 'x'] }), []);
  assert.match(
    lint(text('second', 'first'), { tracked: [...tracked, 'x'] }).join(),
    /^error unknown-step: first, products rule 1/,
  );
});

test('steps that match each other in a circle can never be judged', () => {
  const prepare = {
    materials: ['MATCH model/* WITH PRODUCTS FROM train', 'DISALLOW *'],
    products: sound.prepare.products,
  };
  const [first] = lint({ steps: { prepare, train: sound.train } }, { tracked });
  assert.match(
    first ?? '',
    /^error match-cycle: steps match each other in a circle: prepare from train from prepare$/,
  );
});

test('a sublayout is left to verify --in-toto', () => {
  assert.equal(lint({ steps: sound }, { tracked, sublayouts: ['train'] }), [
    "error sublayout: train: its evidence is a layout of its own, which only 'verify --in-toto' judges",
  ]);
});

test('ALLOW of what another step makes undoes the MATCH before it', () => {
  const train = {
    ...sound.train,
    materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'ALLOW data/a.csv', 'DISALLOW *'],
  };
  assert.equal(lint({ steps: { prepare: sound.prepare, train } }, { tracked }), [
    'warning match-bypassed: train, materials rule 2: takes what step prepare makes, whether prepare signed it or not (ALLOW data/a.csv)',
  ]);
});

test('a material that no step makes is signed for by nobody; what a step changes in place is its own', () => {
  const train = { ...sound.train, materials: ['ALLOW vendor/*', 'ALLOW model/m.bin', 'DISALLOW *'] };
  assert.equal(lint({ steps: { prepare: sound.prepare, train } }, { tracked: [...tracked, 'vendor/x'] }), [
    'warning unsigned-material: train, materials rule 1: no step makes it, so nobody signs for it (ALLOW vendor/*)',
  ]);
});

test('patterns that no tracked file matches are named once, however many rules have them', () => {
  const steps = {
    prepare: sound.prepare,
    train: {
      ...sound.train,
      products: [...sound.train.products.slice(0, 2), 'ALLOW dir:weights', 'REQUIRE a[1]', 'DISALLOW *'],
    },
  };
  assert.equal(lint({ steps }, { tracked: ['data/a.csv', 'a1'] }), [
    'warning matches-nothing: train, products rule 1: no file matches model/*',
    'warning matches-nothing: train, products rule 3: no file matches dir:weights',
    'warning matches-nothing: train, products rule 4: no file matches a[[]1]',
  ]);
  assert.equal(lint({ steps }, { tracked: ['data/a.csv', 'model/m', 'weights/w', 'a[1]'] }), []);
});

test('a bare star is doubtful wherever it stands but in the closing rules', () => {
  const train = {
    materials: ['MATCH * WITH PRODUCTS FROM prepare', 'ALLOW *', 'DELETE *', 'DISALLOW *'],
    products: ['CREATE **', 'ALLOW *', 'DISALLOW *'],
  };
  const stars = lint({ steps: { train, prepare: sound.prepare } }, { tracked }).filter((line) =>
    line.includes('bare-star'),
  );
  assert.equal(stars, [
    "warning bare-star: train, materials rule 1: a bare '*' does not tell the recorder what to record (MATCH * WITH PRODUCTS FROM prepare)",
    "warning bare-star: train, materials rule 2: a bare '*' lets any material in, signed or not (ALLOW *)",
    "warning bare-star: train, products rule 1: a bare '*' makes the step answer for every file of the repository (CREATE **)",
    "warning bare-star: train, products rule 2: a bare '*' allows every product and makes the step answer for none (ALLOW *)",
  ]);
});

test('a list that does not close lets in whatever no rule names; an inspection need not close', () => {
  const prepare = { products: ['ALLOW data/*', 'DISALLOW tmp/*'] };
  const inspections = { look: { products: ['MATCH data/* WITH PRODUCTS FROM prepare'] } };
  assert.equal(lint({ steps: { prepare, train: sound.train }, inspections }, { tracked }), [
    "warning no-disallow: prepare, materials: no 'DISALLOW *' at the end: whatever no rule names is allowed",
    "warning no-disallow: prepare, products: no 'DISALLOW *' at the end: whatever no rule names is allowed",
  ]);
});

test('errors come first', () => {
  const prepare = { products: ['ALLOW data/*'], pubkeys: [] };
  const severities = lint({ steps: { prepare, train: sound.train } }, { tracked }).map(
    (line) => line.split(' ')[0],
  );
  assert.equal(severities, ['error', 'warning', 'warning']);
});

test('a large layout over a large tree is checked in bounded time', () => {
  const steps = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `step${index}`,
      { materials: ['DISALLOW *'], products: [`ALLOW out${index}/${'*a'.repeat(20)}*`, 'DISALLOW *'] },
    ]),
  );
  const many = Array.from({ length: 5000 }, (_, index) => `out${index % 40}/${'a'.repeat(30)}${index}`);
  assert.equal(lint({ steps, expires: inAYear }, { tracked: many }), []);
});

test.run();
