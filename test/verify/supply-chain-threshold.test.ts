import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Certificate } from '../../src/openpgp/certificate.ts';
import type { SupplyChainVerdict } from '../../src/verify/supply-chain.ts';
import {
  certificateOf,
  codesOf,
  fileName,
  type LinkText,
  linkJson,
  signed,
  verifyChain,
} from '../support/chain.ts';
import { makeSigningKey, type SigningKey } from '../support/signing-key.ts';

const owner = makeSigningKey();
const [sub1, sub2, alice, bob] = Array.from({ length: 4 }, () => makeSigningKey()) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
/** A certificate with two signing subkeys. */
const carl = makeSigningKey('ed25519', { subkeys: [sub1, sub2] });
const train: LinkText = { name: 'train', products: { 'model.pt': 'weights' } };

interface Story {
  readonly threshold: number;
  /** Keys the layout lists, and key ids the step names: by default all of them. */
  readonly keys: readonly SigningKey[];
  readonly pubkeys?: readonly string[];
  /** Who signed which link. */
  readonly links: readonly (readonly [SigningKey, LinkText])[];
  readonly certificates?: readonly Certificate[];
}

function verify({ threshold, keys, pubkeys, links, certificates = [] }: Story): Promise<SupplyChainVerdict> {
  const step = {
    threshold,
    pubkeys: pubkeys ?? keys.map(({ key }) => key.keyid),
    products: ['CREATE *', 'DISALLOW *'],
  };
  const layout = { keys: keys.map(({ key }) => key), steps: { train: step } };
  const files = new Map(links.map(([by, link]) => [fileName('train', by), signed(linkJson(link), [by])]));
  return verifyChain({ owner, layout, files }, { certificates });
}

async function violations(story: Story): Promise<readonly string[]> {
  return codesOf(await verify(story), 'violation');
}

test('two functionaries who agree meet a threshold of two', async () => {
  const verdict = await verify({
    threshold: 2,
    keys: [alice, bob],
    links: [
      [alice, train],
      [bob, train],
    ],
  });
  assert.equal(verdict.findings, []);
  assert.is(verdict.steps[0]?.signers.length, 2);
});

test('one link is not two', async () => {
  const verdict = await verify({ threshold: 2, keys: [alice, bob], links: [[alice, train]] });
  assert.equal(codesOf(verdict, 'violation'), ['threshold-unmet']);
  assert.is(verdict.findings[0]?.found, '1');
  assert.is(verdict.steps[0]?.state, 'threshold');
});

test('two subkeys of one certificate are one functionary', async () => {
  const links = [
    [sub1, train],
    [sub2, train],
  ] as const;
  assert.equal(await violations({ threshold: 2, keys: [carl], links }), ['threshold-unmet']);
  assert.equal(await violations({ threshold: 1, keys: [carl], links }), []);
  assert.equal(
    await violations({ threshold: 2, keys: [carl, alice], links: [...links, [alice, train]] }),
    [],
  );
});

test('two subkeys listed apart are one functionary, too, where the certificate is at hand', async () => {
  const story = {
    threshold: 2,
    keys: [sub1, sub2],
    links: [
      [sub1, train],
      [sub2, train],
    ],
  } as const;
  assert.equal(await violations({ ...story, certificates: [certificateOf(carl, 'Carl')] }), [
    'threshold-unmet',
  ]);
  // Without it nobody can tell that they belong together; in-toto counts two as well.
  assert.equal(await violations(story), []);
});

test('a key id named twice in pubkeys counts once', async () => {
  const pubkeys = [alice.key.keyid, alice.key.keyid];
  assert.equal(await violations({ threshold: 2, keys: [alice], pubkeys, links: [[alice, train]] }), [
    'threshold-unmet',
  ]);
});

test('a step that names a primary key accepts its subkeys; one that names a subkey accepts only that', async () => {
  const carlId = carl.key.keyid;
  assert.equal(
    await violations({ threshold: 1, keys: [carl], pubkeys: [carlId], links: [[sub1, train]] }),
    [],
  );
  assert.equal(
    await violations({ threshold: 1, keys: [carl], pubkeys: [sub1.key.keyid], links: [[sub1, train]] }),
    [],
  );
  assert.equal(
    await violations({ threshold: 1, keys: [carl], pubkeys: [sub1.key.keyid], links: [[carl, train]] }),
    ['link-missing'],
  );
  assert.equal(
    await violations({ threshold: 1, keys: [carl], pubkeys: [sub1.key.keyid], links: [[sub2, train]] }),
    ['link-missing'],
  );
});

test('a primary key’s signature under a subkey’s file name does not pass for the subkey’s', async () => {
  const story = { threshold: 1, keys: [carl], pubkeys: [sub1.key.keyid] };
  const step = { threshold: 1, pubkeys: story.pubkeys, products: ['CREATE *'] };
  const files = new Map([[fileName('train', sub1), signed(linkJson(train), [carl])]]);
  const verdict = await verifyChain({ owner, layout: { keys: [carl.key], steps: { train: step } }, files });
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
});

test('links that disagree spoil the step, and the file they differ in is named', async () => {
  const other = { ...train, products: { 'model.pt': 'other weights' } };
  const verdict = await verify({
    threshold: 2,
    keys: [alice, bob],
    links: [
      [alice, train],
      [bob, other],
    ],
  });
  const [finding] = verdict.findings;
  assert.is(finding?.code, 'links-disagree');
  assert.is(finding?.path, 'model.pt');
  assert.is(finding?.signer?.fingerprint, bob.key.keyid.toUpperCase());
});

test('a third who disagrees spoils a threshold of two, and a second one of one', async () => {
  const other = { ...train, materials: { extra: 'x' } };
  const links = [
    [alice, train],
    [bob, train],
    [carl, other],
  ] as const;
  assert.ok((await violations({ threshold: 2, keys: [alice, bob, carl], links })).includes('links-disagree'));
  assert.ok(
    (
      await violations({
        threshold: 1,
        keys: [alice, carl],
        links: [
          [alice, train],
          [carl, other],
        ],
      })
    ).includes('links-disagree'),
  );
});

test('command and byproducts may differ', async () => {
  const other = { ...train, command: ['sh'], byproducts: new Map([['stdout', 'x']]) };
  assert.equal(
    await violations({
      threshold: 2,
      keys: [alice, bob],
      links: [
        [alice, train],
        [bob, other],
      ],
    }),
    [],
  );
});

test('a bad signature does not count towards a threshold', async () => {
  const forged = makeSigningKey('ed25519', { keyid: bob.key.keyid });
  assert.equal(
    await violations({
      threshold: 2,
      keys: [alice, bob],
      links: [
        [alice, train],
        [forged, train],
      ],
    }),
    ['threshold-unmet'],
  );
});

test('two key ids that share eight digits are told apart', async () => {
  const digits = 'abcdef01';
  const twins = ['1', '2'].map((digit) => makeSigningKey('ed25519', { keyid: digits + digit.repeat(32) }));
  const [one, other] = twins as [SigningKey, SigningKey];
  assert.equal(await violations({ threshold: 1, keys: twins, links: [[other, train]] }), []);
  // in-toto would take the one file for both; it is one person's all the same.
  assert.equal(await violations({ threshold: 2, keys: twins, links: [[one, train]] }), ['threshold-unmet']);
});

test.run();
