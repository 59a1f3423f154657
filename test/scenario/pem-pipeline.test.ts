import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import { makePerson, type Person } from '../support/person.ts';

/*
 * A pipeline of existing in-toto users: keys by in-toto-keygen, links by in-toto-run and in-toto-record, the layout
 * signed by in-toto-sign, everything Debian's. `git mlchain verify --in-toto` stands in for in-toto-verify.
 */
let person: Person;

test.before(async () => {
  person = await makePerson('Paula');
  fs.mkdirSync(person.at('keys'));
  fs.mkdirSync(person.at('work'));
  for (const [name, type] of KEYS) await person.exec('in-toto-keygen', ['-t', type, person.at('keys', name)]);
  fs.writeFileSync(person.at('work', 'raw.csv'), '1,2\n');
  await work('in-toto-run', [
    '-n',
    'prepare',
    ...key('alice', 'ed25519'),
    '-m',
    'raw.csv',
    '-p',
    'data.csv',
    '--',
    'cp',
    'raw.csv',
    'data.csv',
  ]);
  await work('in-toto-run', [
    '-n',
    'train',
    ...key('bob', 'ecdsa'),
    '-m',
    'data.csv',
    '-p',
    'model.bin',
    '--',
    'cp',
    'data.csv',
    'model.bin',
  ]);
  const recording = ['-n', 'pack', ...key('carl', 'rsa')];
  await work('in-toto-record', ['start', ...recording, '-m', 'model.bin']);
  fs.writeFileSync(person.at('work', 'pack.tar'), 'packed\n');
  await work('in-toto-record', ['stop', ...recording, '-p', 'pack.tar']);
  fs.writeFileSync(person.at('layout.py'), MAKE_LAYOUT);
  await work('/usr/bin/python3', [person.at('layout.py')]);
  await work('in-toto-sign', ['-f', 'root.layout', '-k', person.at('keys/olivia'), '-t', 'rsa']);
  fs.mkdirSync(person.at('empty'));
});
test.after(() => person.cleanup());

const KEYS = [
  ['olivia', 'rsa'],
  ['alice', 'ed25519'],
  ['bob', 'ecdsa'],
  ['carl', 'rsa'],
  ['mallory', 'ed25519'],
] as const;

const MAKE_LAYOUT = `
from in_toto.models.layout import Layout, Step
from in_toto.models.metadata import Metablock
from securesystemslib.interface import import_publickeys_from_file
keys = import_publickeys_from_file(["../keys/alice.pub", "../keys/bob.pub", "../keys/carl.pub"], ["ed25519", "ecdsa", "rsa"])
by = {key["keytype"]: key["keyid"] for key in keys.values()}
steps = [
    Step(name="prepare", pubkeys=[by["ed25519"]], expected_products=[["CREATE", "data.csv"], ["DISALLOW", "*"]]),
    Step(name="train", pubkeys=[by["ecdsa"]], expected_materials=[["MATCH", "*", "WITH", "PRODUCTS", "FROM", "prepare"], ["DISALLOW", "*"]],
         expected_products=[["CREATE", "model.bin"], ["DISALLOW", "*"]]),
    Step(name="pack", pubkeys=[by["rsa"]], expected_materials=[["MATCH", "*", "WITH", "PRODUCTS", "FROM", "train"], ["DISALLOW", "*"]],
         expected_products=[["CREATE", "pack.tar"], ["DISALLOW", "*"]]),
]
layout = Layout(steps=steps, keys=keys)
layout.set_relative_expiration(months=3)
Metablock(signed=layout).dump("root.layout")
`;

function key(name: string, type: string): string[] {
  return ['-k', person.at('keys', name), '-t', type];
}

async function work(program: string, args: readonly string[]): Promise<ExecResult> {
  return await person.exec(program, args, { cwd: person.at('work') });
}

/** The exit codes of both, over the same directory and the same owner. */
async function verdicts(owner = 'olivia', type = 'rsa'): Promise<readonly [theirs: number, ours: number]> {
  const cwd = person.at('empty');
  const file = person.at('keys', `${owner}.pub`);
  const peer = [
    '-l',
    path.join('..', 'work', 'root.layout'),
    '--link-dir',
    '../work',
    '-k',
    file,
    '-t',
    type,
  ];
  const theirs = await person.exec('in-toto-verify', peer, { cwd, code: 'any' });
  const ours = await person.mlchain(['verify', '--in-toto', '../work', '--owner-cert', file], {
    cwd,
    code: 'any',
  });
  return [theirs.code, ours.code];
}

test('what in-toto made and in-toto-verify accepts, we accept', async () => {
  assert.equal(await verdicts(), [0, 0]);
});

test('an owner who did not sign is refused by both', async () => {
  assert.equal(await verdicts('mallory', 'ed25519'), [1, 1]);
});

test('a changed link, one with another signature and a missing one are refused by both', async () => {
  const [file] = fs.readdirSync(person.at('work')).filter((name) => name.startsWith('train.'));
  const place = person.at('work', file ?? '');
  const before = fs.readFileSync(place, 'utf8');
  fs.writeFileSync(place, before.replace('model.bin', 'model.bim'));
  assert.equal(await verdicts(), [1, 1]);
  fs.writeFileSync(place, before.replace(/"sig": "../, '"sig": "00'));
  assert.equal(await verdicts(), [1, 1]);
  fs.rmSync(place);
  assert.equal(await verdicts(), [1, 1]);
  fs.writeFileSync(place, before);
  assert.equal(await verdicts(), [0, 0]);
});

test('what is no key of an owner is bad input, in words', async () => {
  for (const [file, words] of [
    ['keys/olivia', /expected one public key in PEM/],
    ['work/root.layout', /scheme/],
    ['work/raw.csv', /certificate/],
  ] as const) {
    const { code, stderr } = await person.mlchain(['verify', '--in-toto', 'work', '--owner-cert', file], {
      code: 'any',
    });
    assert.is(code, 2, file);
    assert.match(stderr, words);
    assert.not.match(stderr, /at .*\.js:/);
  }
});

test.run();
