import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Foreign } from '../../src/gather/import-plan.ts';
import { linesBySigner, planImport } from '../../src/gather/import-plan.ts';
import { Keyring } from '../../src/gather/keyring.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import { parseMetadata } from '../../src/intoto/dsse.ts';
import { parseEnvelope, writeEnvelope } from '../../src/intoto/envelope.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { SslibKey } from '../../src/intoto/sslib-key.ts';
import { sslibKeyFromJson } from '../../src/intoto/sslib-key.ts';
import { parseNote } from '../../src/ledger/entry.ts';
import { KeyBook } from '../../src/verify/key-book.ts';
import { altered } from '../support/bundle.ts';
import { endorsementLine, linkLine, revocationLine, signedLine } from '../support/evidence.ts';
import { makeLayout } from '../support/layout.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { dsse, makeSslibSigningKey } from '../support/sslib-key.ts';
import { artifacts, type Signatory } from '../support/world.ts';

const people = await makePeople();
const { alice, bob, mallory, olivia } = people;
const AT = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const book = new KeyBook([alice, bob, olivia].map(({ certificate }) => certificate));
const place = { keyring: new Keyring([book], undefined), at: AT, idLength: 40 };

function link(by: Signatory, products: Artifacts = artifacts({ 'model/m': 'm' })): string {
  const none = new Map();
  const parts = { name: 'train', command: [], materials: none, products, byproducts: none };
  return signedLine(by, linkToJson({ ...parts, environment: none }));
}

const foreign = (name: string, line: string): Foreign => ({ name, envelope: parseEnvelope(line) });

function problem(line: string, where = place): string | undefined {
  const { lines, refused } = planImport([foreign('x', line)], where);
  assert.is(lines.length + refused.length, 1);
  return refused[0]?.problem;
}

test('a link goes into the notes of whoever signed it, on the commit that was named', () => {
  const line = link(bob);
  assert.equal(planImport([foreign('train.link', line)], place), {
    lines: [
      {
        name: 'train.link',
        kind: 'link',
        step: 'train',
        isBound: false,
        signer: { fingerprint: bob.fingerprint, name: 'bob <bob@example.org>' },
        commit: AT,
        line,
      },
    ],
    refused: [],
  });
});

test('what names its own commit goes there', () => {
  const all = [linkLine(bob, OTHER), endorsementLine(olivia, OTHER), revocationLine(alice, OTHER)];
  const { lines } = planImport(
    all.map((line, at) => foreign(`${at}`, line)),
    place,
  );
  assert.equal(
    lines.map(({ kind, commit, isBound }) => [kind, commit, isBound]),
    [
      ['link', OTHER, true],
      ['endorsement', OTHER, true],
      ['revocation', OTHER, true],
    ],
  );
});

test('a link of two signers goes into the notes of both', () => {
  const [one, two] = [link(alice), link(bob)].map((line) => JSON.parse(line));
  const both = JSON.stringify({ signatures: [...one.signatures, ...two.signatures], signed: one.signed });
  const { lines } = planImport([foreign('both', both)], place);
  assert.equal(
    lines.map(({ signer }) => signer.fingerprint),
    [alice.fingerprint, bob.fingerprint],
  );
  const only = JSON.stringify({
    signatures: [...one.signatures, { ...two.signatures[0], signature: 'ab' }],
    signed: one.signed,
  });
  assert.equal(
    planImport([foreign('one', only)], place).lines.map(({ signer }) => signer.fingerprint),
    [alice.fingerprint],
  );
});

test('signatures stay byte for byte what they were, further fields included', () => {
  const text = link(bob).replace('"keyid":', '"info":{"a":1},"keyid":').replace('{"info"', '{"info"');
  const [taken] = planImport([foreign('x', text)], place).lines;
  assert.equal(JSON.parse(taken?.line ?? ''), JSON.parse(text));
});

test('a statement keeps the spelling that it is named by', () => {
  const line = revocationLine(alice, OTHER).replace('"signed":', '"signed": ');
  const { lines } = planImport([{ name: 'line 9', envelope: parseEnvelope(line), line }], place);
  assert.is(lines[0]?.line, line);
});

test('an altered link, an unsigned one and one of a stranger are not taken', () => {
  const changed = altered(link(bob), (signed) => signed.set('command', ['true']));
  assert.match(problem(changed) ?? '', /^the signature of [0-9a-f]{40} is not good: /);
  const unsigned = link(bob).replace(/"signatures":\[.*\],"signed"/, '"signatures":[],"signed"');
  assert.is(problem(unsigned), 'it carries no signature');
  assert.is(problem(link(mallory)), `signed by ${mallory.keyid}, whose certificate is not here`);
});

test('a signature under somebody else’s key id is not taken', () => {
  const forged = link(mallory).replaceAll(mallory.keyid, bob.keyid);
  assert.match(problem(forged) ?? '', /is not good/);
});

test('a key of the layout in force will do; what the layout calls it is whose it is', () => {
  const layout = makeLayout(pipeline(people));
  const keyring = new Keyring([], layout);
  const { lines } = planImport([foreign('x', link(bob))], { ...place, keyring });
  assert.equal(
    lines.map(({ signer }) => signer),
    [{ fingerprint: bob.fingerprint, name: '' }],
  );
  assert.match(problem(link(mallory), { ...place, keyring }) ?? '', /certificate is not here/);
  assert.is(new Keyring([], undefined).find(bob.keyid), undefined);
});

test('certificates come first: they cannot call a key by another’s name', () => {
  const layout = makeLayout(pipeline(people));
  const known = new Keyring([new KeyBook([]), book], layout).find(bob.keyid);
  assert.is(known?.person.name, 'bob <bob@example.org>');
});

/** Knows Dave's key, which is not OpenPGP's, by the layout in force. */
function knowing(key: SslibKey) {
  const text = pipeline(people);
  const layout = makeLayout({ ...text, keys: [...(text.keys ?? []), key] });
  return { ...place, keyring: new Keyring([book], layout) };
}

test('a key of in-toto’s own that the layout names will do, in either wrapping', () => {
  const dave = makeSslibSigningKey();
  const { signed, signedBytes } = parseEnvelope(link(bob));
  const metablock = writeEnvelope(signed, [dave.sign(signedBytes)]);
  const wrapped = dsse(signed, [dave]);
  for (const text of [metablock, wrapped]) {
    const envelope = parseMetadata(text);
    const { lines, refused } = planImport([{ name: 'x', envelope }], knowing(dave.key));
    assert.equal(refused, []);
    assert.equal(lines[0]?.signer, { fingerprint: dave.key.keyid.toUpperCase(), name: '' });
    assert.equal(JSON.parse(lines[0]?.line ?? ''), JSON.parse(text));
    assert.equal(
      parseNote(lines[0]?.signer.fingerprint ?? '', AT, Buffer.from(lines[0]?.line ?? '')).problems,
      [],
    );
  }
});

test('a key of in-toto’s own that no layout names, or that signed something else, is refused', () => {
  const dave = makeSslibSigningKey();
  const { signed, signedBytes } = parseEnvelope(link(bob));
  const line = writeEnvelope(signed, [dave.sign(signedBytes)]);
  assert.match(problem(line) ?? '', /which is no OpenPGP key, and which no layout in force names/);
  const other = writeEnvelope(signed, [dave.sign(Buffer.from('something else'))]);
  assert.match(problem(other, knowing(dave.key)) ?? '', /^the signature of [0-9a-f]{64} is not good/);
});

test('a key id that could name no notes is refused', () => {
  const dave = makeSslibSigningKey();
  const short = sslibKeyFromJson(jsonObject([...dave.key.json, ['keyid', 'abcd']]));
  const { signed, signedBytes } = parseEnvelope(link(bob));
  const line = writeEnvelope(signed, [dave.sign(signedBytes)]).replaceAll(dave.key.keyid, 'abcd');
  assert.match(problem(line, knowing(short)) ?? '', /^signed by abcd: expected a key id of 40 or 64 digits/);
});

test('names that lead out of a repository are not taken', () => {
  for (const name of [
    '../x',
    '/x',
    'a/../x',
    '.git/config',
    'a\\b',
    'c:x',
    'a//b',
    'a/./b',
    'a\0b',
    'dir:../x',
  ]) {
    assert.match(problem(link(bob, artifacts({ [name]: 'x' }))) ?? '', /^invalid-name: "/, name);
  }
  for (const name of ['model/m', 'dir:model', 'dir:', '__proto__', 'a b', 'ü']) {
    assert.is(problem(link(bob, artifacts({ [name]: 'x' }))), undefined, name);
  }
});

test('materials are looked at, too', () => {
  const none = new Map();
  const parts = { name: 'train', command: [], materials: artifacts({ '/bin/sh': 'x' }), products: none };
  const line = signedLine(bob, linkToJson({ ...parts, byproducts: none, environment: none }));
  assert.match(problem(line) ?? '', /^invalid-name: "\/bin\/sh": it is absolute/);
});

test('evidence of a repository with other object ids belongs elsewhere', () => {
  assert.match(
    problem(endorsementLine(olivia, 'c'.repeat(64))) ?? '',
    /a commit of another kind of repository/,
  );
});

test('layouts, unknown things and what cannot be read are refused by name', () => {
  const layout = signedLine(olivia, makeLayout(pipeline(people)).json);
  assert.match(problem(layout) ?? '', /expected a link, an endorsement or a revocation, found 'layout'/);
  assert.match(
    problem(signedLine(bob, jsonObject([['_type', 'link']]))) ?? '',
    /link\.name: expected a string/,
  );
  const plan = planImport([{ name: 'junk.link', problem: 'no JSON' }], place);
  assert.equal(plan, { lines: [], refused: [{ name: 'junk.link', problem: 'no JSON' }] });
});

test('the ledger is given each signer’s lines by commit', () => {
  const [first, second] = [link(bob), linkLine(bob, OTHER)];
  const third = link(alice);
  const plan = planImport(
    [first, second, third].map((line, at) => foreign(`${at}`, line)),
    place,
  );
  assert.equal(
    linesBySigner(plan),
    new Map([
      [
        bob.fingerprint,
        new Map([
          [AT, [first]],
          [OTHER, [second]],
        ]),
      ],
      [alice.fingerprint, new Map([[AT, [third]]])],
    ]),
  );
});

test.run();
