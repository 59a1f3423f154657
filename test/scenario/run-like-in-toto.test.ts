import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeGpgKey } from '../support/gpg.ts';
import { makePerson, type Person } from '../support/person.ts';

/*
 * `git mlchain run --metadata-directory` in place of `in-toto-run --gpg`: no repository anywhere, keys in GnuPG, the
 * layout made by in-toto's own code. in-toto-verify has to accept what comes out, and so have we.
 */
let person: Person;
let owner: string;
let functionary: string;

const MAKE_LAYOUT = `
import sys
from in_toto.models.layout import Layout, Step
from in_toto.models.metadata import Metablock
from securesystemslib.gpg.functions import export_pubkey
owner, keyid = sys.argv[1:]
key = export_pubkey(keyid)
steps = [
    Step(name="prepare", pubkeys=[keyid], expected_materials=[["ALLOW", "raw/*"], ["DISALLOW", "*"]],
         expected_products=[["CREATE", "data.csv"], ["DISALLOW", "*"]]),
    Step(name="review", pubkeys=[keyid], expected_materials=[["MATCH", "*", "WITH", "PRODUCTS", "FROM", "prepare"], ["DISALLOW", "*"]]),
    Step(name="train", pubkeys=[keyid], expected_materials=[["MATCH", "*", "WITH", "PRODUCTS", "FROM", "prepare"], ["DISALLOW", "*"]],
         expected_products=[["CREATE", "model/*"], ["DISALLOW", "*"]]),
]
layout = Metablock(signed=Layout(steps=steps, keys={keyid: key}))
layout.signed.set_relative_expiration(months=3)
layout.sign_gpg(owner)
layout.dump("links/root.layout")
`;

test.before(async () => {
  person = await makePerson('Ida');
  owner = (await makeGpgKey(person, 'Olga <olga@example.org>')).toLowerCase();
  functionary = (await makeGpgKey(person, 'Ida <ida@example.org>', { algorithm: 'rsa2048' })).toLowerCase();
  fs.mkdirSync(person.at('work/raw'), { recursive: true });
  fs.mkdirSync(person.at('links'));
  fs.mkdirSync(person.at('empty'));
  fs.writeFileSync(person.at('work/raw/a.csv'), '1,2\n');
  fs.writeFileSync(person.at('work/raw/cache.bin'), 'not part of it\n');
  fs.writeFileSync(person.at('layout.py'), MAKE_LAYOUT);
  await person.exec('/usr/bin/python3', [person.at('layout.py'), owner, functionary]);
});
test.after(() => person.cleanup());

async function run(...args: readonly string[]) {
  return await person.mlchain(['run', ...args], { cwd: person.at('work'), code: 'any' });
}

const where = (): string[] => ['--metadata-directory', '../links', '--key', functionary];

async function verdicts(): Promise<readonly [theirs: number, ours: number]> {
  const cwd = person.at('empty');
  const theirs = await person.exec(
    'in-toto-verify',
    ['-l', '../links/root.layout', '--link-dir', '../links', '-g', owner],
    { cwd, code: 'any' },
  );
  fs.writeFileSync(person.at('owner.asc'), (await person.gpg(['--armor', '--export', owner])).stdout);
  const ours = await person.mlchain(['verify', '--in-toto', '../links', '--owner-cert', '../owner.asc'], {
    cwd,
    code: 'any',
  });
  return [theirs.code, ours.code];
}

test('three steps run outside any repository make a chain that both verifiers accept', async () => {
  const prepare = await run(
    'prepare',
    ...where(),
    '-m',
    'raw',
    '--exclude',
    'cache.*',
    '-p',
    'data.csv',
    '--',
    'cp',
    'raw/a.csv',
    'data.csv',
  );
  assert.is(prepare.code, 0, prepare.stderr);
  assert.match(
    prepare.stdout,
    `prepare: 1 material, 1 product: ${person.at('links', `prepare.${functionary.slice(0, 8)}.link`)}`,
  );
  assert.is((await run('review', ...where(), '--materials', 'data.csv', '--no-command')).code, 0);
  const train = [
    '--base-path',
    '.',
    '-m',
    'data.csv',
    '-p',
    'model',
    '--record-streams',
    '--',
    'sh',
    '-c',
    'echo fitting; mkdir -p model && cp data.csv model/m.bin',
  ];
  const trained = await run('train', ...where(), ...train);
  assert.is(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /^fitting\n/);
  assert.equal(await verdicts(), [0, 0]);
});

test('the links are those that in-toto-run itself writes, but for the signature', async () => {
  fs.mkdirSync(person.at('theirs'));
  const cwd = person.at('work');
  await person.exec(
    'in-toto-run',
    [
      '-n',
      'train',
      '-g',
      functionary,
      '-d',
      '../theirs',
      '-m',
      'data.csv',
      '-p',
      'model',
      '-s',
      '--',
      'echo',
      'fitting',
    ],
    { cwd },
  );
  assert.is(
    (
      await run(
        'train',
        '-d',
        '../ours',
        '--key',
        functionary,
        '-m',
        'data.csv',
        '-p',
        'model',
        '-s',
        '--',
        'echo',
        'fitting',
      )
    ).code,
    0,
  );
  const [ours, theirs] = ['ours', 'theirs'].map((place) => fs.readdirSync(person.at(place)));
  assert.equal(ours, theirs);
  const [text = '', peer = ''] = ['ours', 'theirs'].map((place) =>
    fs.readFileSync(person.at(place, ours?.[0] ?? ''), 'utf8'),
  );
  const withoutSignature = (file: string) => file.slice(file.indexOf('"signed"'));
  assert.is(withoutSignature(text), withoutSignature(peer));
});

test('a link altered afterwards is accepted by neither', async () => {
  const file = person.at('links', `train.${functionary.slice(0, 8)}.link`);
  const before = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, before.replace('m.bin', 'n.bin'));
  assert.equal(await verdicts(), [1, 1]);
  fs.writeFileSync(file, before);
  assert.equal(await verdicts(), [0, 0]);
});

test('a command that fails leaves no link, and the message has its code', async () => {
  const failed = await run('prepare', '-d', '../failed', '--key', functionary, '--', 'sh', '-c', 'exit 7');
  assert.is(failed.code, 1);
  assert.match(failed.stderr, /exit code 7: no link is made/);
  assert.is(fs.existsSync(person.at('failed')), false);
});

test('a command that takes too long is stopped, and leaves no link', async () => {
  const slow = await run(
    'prepare',
    '-d',
    '../failed',
    '--key',
    functionary,
    '--timeout',
    '1s',
    '--',
    'sleep',
    '60',
  );
  assert.is(slow.code, 1);
  assert.match(slow.stderr, /took too long/);
  assert.is(fs.existsSync(person.at('failed')), false);
});

test('what makes no sense together is a usage error, before anything runs', async () => {
  for (const [words, message] of [
    [['prepare', '-d', 'x', '--bind', '--', 'touch', 'ran'], /--bind is for links that wait for a commit/],
    [['prepare', '-d', 'x', '--no-command', '--', 'touch', 'ran'], /a command or --no-command, found both/],
    [['prepare', '-d', 'x'], /expected a command, found none/],
    [['prepare', '-m', 'raw', '--', 'touch', 'ran'], /--materials goes with --metadata-directory/],
    [['a/b', '-d', 'x', '--key', functionary, '--', 'touch', 'ran'], /cannot write a link file named/],
  ] as const) {
    const { code, stderr } = await run(...words);
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
  }
  assert.is(fs.existsSync(path.join(person.at('work'), 'ran')), false);
});

test('a key that is nowhere is said before the command runs', async () => {
  const { code, stderr } = await run('prepare', '-d', 'x', '--key', 'F'.repeat(40), '--', 'touch', 'ran');
  assert.is(code, 1);
  assert.match(stderr, /key/);
  assert.is(fs.existsSync(path.join(person.at('work'), 'ran')), false);
});

test.run();
