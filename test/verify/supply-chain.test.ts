import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Envelope, makeEnvelope } from '../../src/intoto/envelope.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { verdictOf } from '../../src/verify/finding.ts';
import type { SupplyChainVerdict } from '../../src/verify/supply-chain.ts';
import type { SupplyChain } from '../../src/verify/supply-chain-facts.ts';
import {
  certificateOf,
  codesOf,
  fileName,
  type LinkText,
  linkJson,
  signed,
  verifiedAt,
  verifyChain,
} from '../support/chain.ts';
import { type LayoutText, makeLayoutJson } from '../support/layout.ts';
import { makeSigningKey, type SigningKey, signedAt } from '../support/signing-key.ts';

const [olivia, alice, bob, mallory] = Array.from({ length: 4 }, () => makeSigningKey()) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
const prepared: LinkText = { name: 'prepare', products: { 'data.csv': 'rows' } };
const trained: LinkText = {
  name: 'train',
  materials: { 'data.csv': 'rows' },
  products: { 'model.pt': 'weights' },
};

/** Two steps, one functionary each: `prepare` makes data, `train` a model of it. */
const layout: LayoutText = {
  keys: [alice.key, bob.key],
  steps: {
    prepare: { pubkeys: [alice.key.keyid], products: ['CREATE data.csv', 'DISALLOW *'] },
    train: {
      pubkeys: [bob.key.keyid],
      materials: ['MATCH * WITH PRODUCTS FROM prepare', 'DISALLOW *'],
      products: ['CREATE model.pt', 'MATCH * WITH PRODUCTS FROM prepare', 'DISALLOW *'],
    },
  },
};

type Files = Map<string, Envelope | string>;

function honestFiles(): Files {
  return new Map([
    [fileName('prepare', alice), signed(linkJson(prepared), [alice])],
    [fileName('train', bob), signed(linkJson(trained), [bob])],
  ]);
}

function verify(
  files: Files,
  more: Partial<SupplyChain> = {},
  text: LayoutText = layout,
): Promise<SupplyChainVerdict> {
  return verifyChain({ owner: olivia, layout: text, files }, more);
}

function violations(verdict: SupplyChainVerdict): readonly string[] {
  return codesOf(verdict, 'violation');
}

function warnings(verdict: SupplyChainVerdict): readonly string[] {
  return codesOf(verdict, 'warning');
}

/** The honest files with one link signed or written differently. */
function changed(
  step: 'prepare' | 'train',
  link: LinkText,
  by: SigningKey = step === 'prepare' ? alice : bob,
): Files {
  return honestFiles().set(fileName(step, step === 'prepare' ? alice : bob), signed(linkJson(link), [by]));
}

test('an honest chain is verified, and says who did what', async () => {
  const verdict = await verify(honestFiles(), {
    certificates: [certificateOf(bob, 'Bob <bob@example.org>')],
  });
  assert.equal(verdict.findings, []);
  assert.is(verdict.links, 2);
  assert.equal(
    verdict.steps.map(({ step, state, signers }) => [step, state, signers.map(({ name }) => name)]),
    [
      ['prepare', 'verified', ['']],
      ['train', 'verified', ['Bob <bob@example.org>']],
    ],
  );
});

test('another file in the directory, for another step or nobody, changes nothing', async () => {
  const files = honestFiles().set('other.00000000.link', 'not JSON').set('train.deadbeef.link', 'not JSON');
  assert.is(verdictOf((await verify(files)).findings), 'verified');
  assert.equal((await verify(files)).findings, []);
});

// Owners and layout

test('a layout signed by somebody else is not read at all', async () => {
  const strange = signed(makeLayoutJson(layout), [mallory]);
  const verdict = await verify(honestFiles(), { layout: strange });
  assert.equal(violations(verdict), ['layout-untrusted']);
  assert.equal(verdict.steps, []);
});

test('an unsigned layout, and one without any owner asked for, is untrusted', async () => {
  assert.equal(violations(await verify(honestFiles(), { layout: signed(makeLayoutJson(layout), []) })), [
    'layout-untrusted',
  ]);
  assert.equal(violations(await verify(honestFiles(), { owners: [], ownerThreshold: 0 })), [
    'layout-untrusted',
  ]);
});

test('an owner’s key id written beside a stranger’s signature is a bad signature', async () => {
  const forged = signed(makeLayoutJson(layout), [mallory], { keyid: olivia.key.keyid });
  assert.equal(violations(await verify(honestFiles(), { layout: forged })), ['layout-bad-signature']);
});

test('every owner asked for must have signed, or as many as the threshold says', async () => {
  const owners = [olivia.key, mallory.key];
  const both = signed(makeLayoutJson(layout), [mallory, olivia]);
  assert.equal(violations(await verify(honestFiles(), { layout: both, owners, ownerThreshold: 2 })), []);
  assert.equal(violations(await verify(honestFiles(), { owners, ownerThreshold: 2 })), ['layout-untrusted']);
  assert.equal(violations(await verify(honestFiles(), { owners, ownerThreshold: 1 })), []);
});

test('one owner listed twice is one owner', async () => {
  const chain = { owners: [olivia.key, olivia.key], ownerThreshold: 2 };
  assert.equal(violations(await verify(honestFiles(), chain)), ['layout-untrusted']);
});

test('a layout edited after signing is a bad signature', async () => {
  const envelope = signed(makeLayoutJson(layout), [olivia]);
  const edited = makeEnvelope(makeLayoutJson({ ...layout, readme: 'x' }), envelope.signatures);
  assert.equal(violations(await verify(honestFiles(), { layout: edited })), ['layout-bad-signature']);
});

test('a layout that makes no sense is told problem by problem', async () => {
  const steps = { prepare: { pubkeys: ['c'.repeat(40)], threshold: 0 } };
  const verdict = await verify(new Map(), {}, { ...layout, steps });
  assert.equal(violations(verdict), ['layout-invalid', 'layout-invalid']);
  assert.match(verdict.findings[0]?.detail ?? '', /threshold: expected an integer of at least 1, found 0/);
});

test('something signed that is no layout is invalid, not an error', async () => {
  assert.equal(violations(await verify(new Map(), { layout: signed(linkJson(prepared), [olivia]) })), [
    'layout-invalid',
  ]);
});

test('a layout expires in the very second it says', async () => {
  const expires = Date.UTC(2026, 0, 1);
  const text = { ...layout, expires };
  assert.equal(violations(await verify(honestFiles(), { now: expires / 1000 - 1 }, text)), []);
  assert.equal(violations(await verify(honestFiles(), { now: expires / 1000 }, text)), ['layout-expired']);
});

// Links

test('a step without a link is missing', async () => {
  const files = honestFiles();
  files.delete(fileName('prepare', alice));
  const verdict = await verify(files);
  assert.ok(violations(verdict).includes('link-missing'));
  assert.is(verdict.steps[0]?.state, 'missing');
});

test('a link of somebody the layout does not name is unauthorised', async () => {
  const files = honestFiles();
  files.delete(fileName('train', bob));
  files.set(fileName('train', mallory), signed(linkJson(trained), [mallory]));
  const verdict = await verify(files);
  assert.equal(warnings(verdict), ['unauthorised']);
  assert.equal(violations(verdict), ['link-missing']);
});

test('a stranger’s link under the name of the right one is unauthorised, with his key id in it a bad signature', async () => {
  assert.equal(warnings(await verify(changed('train', trained, mallory))), ['unauthorised']);
  const forged = signed(linkJson(trained), [mallory], { keyid: bob.key.keyid, issuer: null });
  assert.equal(warnings(await verify(honestFiles().set(fileName('train', bob), forged))), ['bad-signature']);
});

test('a functionary of one step is a stranger to another', async () => {
  const files = honestFiles();
  files.delete(fileName('train', bob));
  files.set(fileName('train', alice), signed(linkJson(trained), [alice]));
  assert.equal(warnings(await verify(files)), ['unauthorised']);
});

test('a stranger’s signature before the functionary’s does no harm', async () => {
  const both = signed(linkJson(trained), [mallory, bob]);
  assert.equal((await verify(honestFiles().set(fileName('train', bob), both))).findings, []);
});

test('of two signatures of one holder the first counts, as for the peer', async () => {
  const envelope = signed(linkJson(trained), [bob, bob]);
  const [first, second] = envelope.signatures;
  const broken = signed(linkJson(prepared), [bob]).signatures;
  const withBroken = (signatures: Envelope['signatures']) => makeEnvelope(envelope.signed, signatures);
  const file = fileName('train', bob);
  assert.ok(first && second);
  assert.equal(violations(await verify(honestFiles().set(file, withBroken([first, ...broken])))), []);
  assert.equal(warnings(await verify(honestFiles().set(file, withBroken([...broken, second])))), [
    'bad-signature',
  ]);
});

test('a malformed link is a warning where another counts, and what is missing where none does', async () => {
  const steps = {
    ...layout.steps,
    train: { ...layout.steps.train, pubkeys: [alice.key.keyid, bob.key.keyid] },
  };
  const extra = honestFiles().set(fileName('train', alice), 'not JSON');
  const verdict = await verify(extra, {}, { ...layout, steps });
  assert.equal(warnings(verdict), ['malformed-evidence']);
  assert.equal(violations(verdict), []);
  assert.equal(violations(await verify(honestFiles().set(fileName('train', bob), 'not JSON'))), [
    'link-missing',
  ]);
});

test('a link that is none, though well signed, is malformed evidence', async () => {
  const json = jsonObject([['_type', 'link']]);
  assert.equal(warnings(await verify(honestFiles().set(fileName('train', bob), signed(json, [bob])))), [
    'malformed-evidence',
  ]);
});

test('a good link copied to another step does not count there', async () => {
  const both = {
    ...layout,
    steps: { prepare: layout.steps.prepare ?? {}, review: layout.steps.prepare ?? {} },
  };
  const link = signed(linkJson(prepared), [alice]);
  const copied = new Map([fileName('prepare', alice), fileName('review', alice)].map((name) => [name, link]));
  const verdict = await verify(copied, {}, both);
  assert.equal(warnings(verdict), ['wrong-step']);
  assert.equal(violations(verdict), ['link-missing']);
});

test('a link of a command that failed does not count', async () => {
  for (const value of [1, '0', null, true]) {
    const byproducts = jsonObject([['return-value', value]]);
    assert.equal(warnings(await verify(changed('train', { ...trained, byproducts }))), ['command-failed']);
  }
  const byproducts = jsonObject([['return-value', 0]]);
  assert.equal((await verify(changed('train', { ...trained, byproducts }))).findings, []);
});

test('another command than expected is a warning', async () => {
  const steps = { ...layout.steps, train: { ...layout.steps.train, command: ['node', 'train.mjs'] } };
  const verdict = await verify(
    changed('train', { ...trained, command: ['python'] }),
    {},
    { ...layout, steps },
  );
  assert.equal(warnings(verdict), ['command-differs']);
  assert.equal(violations(verdict), []);
  const same = await verify(
    changed('train', { ...trained, command: ['node', 'train.mjs'] }),
    {},
    { ...layout, steps },
  );
  assert.equal(same.findings, []);
});

// Rules

test('a model trained on other data than was prepared breaks its MATCH rule, and the file is named', async () => {
  const verdict = await verify(changed('train', { ...trained, materials: { 'data.csv': 'poison' } }));
  const [finding] = verdict.findings;
  assert.is(finding?.code, 'rule-failed');
  assert.is(finding?.severity, 'violation');
  assert.is(finding?.step, 'train');
  assert.is(finding?.path, 'data.csv');
  assert.is(verdict.steps[1]?.state, 'violated');
});

test('a link without materials passes its MATCH rules as it does in in-toto, but not in silence', async () => {
  const verdict = await verify(changed('train', { ...trained, materials: {} }));
  assert.equal(warnings(verdict), ['materials-missing']);
  assert.equal(violations(verdict), []);
});

test('steps may match each other in a circle, as in in-toto', async () => {
  const materials = ['MATCH * WITH PRODUCTS FROM train', 'ALLOW *'];
  const steps = { prepare: { ...layout.steps.prepare, materials }, train: layout.steps.train ?? {} };
  const links = changed('prepare', { ...prepared, materials: { 'model.pt': 'weights' } });
  assert.equal(violations(await verify(links, {}, { ...layout, steps })), []);
});

// Time

test('a key that the layout says has expired by now does not count, whenever it signed', async () => {
  const created = signedAt - 86400;
  const carl = makeSigningKey('ed25519', { creationTime: created, validityPeriod: 86400 * 30 });
  const text = {
    keys: [alice.key, carl.key],
    steps: {
      prepare: layout.steps.prepare ?? {},
      train: { ...layout.steps.train, pubkeys: [carl.key.keyid] },
    },
  };
  const files = honestFiles().set(fileName('train', carl), signed(linkJson(trained), [carl]));
  assert.equal(violations(await verify(files, { now: signedAt + 86400 }, text)), []);
  assert.equal(warnings(await verify(files, {}, text)), ['unauthorised', 'key-expired']);
});

test('what a certificate says takes from a key: revoked, expired, weak, not for signing', async () => {
  const cases = [
    ['key-revoked', { revocation: { kind: 'hard', at: verifiedAt - 5, reason: 'compromised' } }],
    ['key-revoked', { revocation: { kind: 'soft', at: verifiedAt - 5, reason: 'superseded' } }],
    ['key-expired', { expires: verifiedAt - 5 }],
    ['weak-key', { weak: 'RSA with 1024 bits' }],
    ['unauthorised', { maySign: false, whyNot: 'it only encrypts' }],
  ] as const;
  for (const [code, facts] of cases) {
    const certificates = [certificateOf(bob, 'Bob', new Map([[bob.key.keyid, facts]]))];
    const verdict = await verify(honestFiles(), { certificates });
    assert.equal(warnings(verdict), [code]);
    assert.equal(violations(verdict), ['link-missing']);
  }
  assert.equal((await verify(honestFiles(), { certificates: [certificateOf(bob, 'Bob')] })).findings, []);
});

test('an owner whose key was revoked has not signed', async () => {
  const revocation = { kind: 'hard', at: 0, reason: 'compromised' } as const;
  const certificates = [certificateOf(olivia, 'Olivia', new Map([[olivia.key.keyid, { revocation }]]))];
  assert.equal(violations(await verify(honestFiles(), { certificates })), ['layout-untrusted']);
});

test('a signature from the future, or past its own end, does not count', async () => {
  const file = fileName('train', bob);
  const sign = (words: object) => signed(linkJson(trained), [bob], words);
  assert.equal(warnings(await verify(honestFiles().set(file, sign({ created: verifiedAt + 86401 })))), [
    'bad-signature',
  ]);
  assert.equal(warnings(await verify(honestFiles().set(file, sign({ created: verifiedAt + 600 })))), []);
  assert.equal(warnings(await verify(honestFiles().set(file, sign({ expiresAfter: 60 })))), [
    'bad-signature',
  ]);
});

test('a key that would be too weak today does not count, though its signature fits', async () => {
  const weak = makeSigningKey('rsa1024');
  const text = {
    keys: [alice.key, weak.key],
    steps: { ...layout.steps, train: { ...layout.steps.train, pubkeys: [weak.key.keyid] } },
  };
  const files = honestFiles().set(fileName('train', weak), signed(linkJson(trained), [weak]));
  assert.ok(warnings(await verify(files, {}, text)).includes('weak-key'));
});

test.run();
