import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import type { Person } from '../support/person.ts';
import { makePerson, projectRoot } from '../support/person.ts';

/**
 * The session of the manual, typed word for word into everybody's own shell: an owner founds the chain, two people work
 * in it with plain git, anybody verifies, and in-toto agrees.
 */
const CONFIG = `steps:
  source:  { products: [raw/, scripts/] }
  prepare: { materials: [raw/, scripts/prepare.mjs], products: [data/], command: [node, scripts/prepare.mjs] }
  train:   { materials: [data/, scripts/train.mjs],  products: [model/], command: [node, scripts/train.mjs] }
inspections:
  rebuild: { command: [node, scripts/prepare.mjs] }
`;

interface Cast {
  readonly olivia: Person;
  readonly alice: Person;
  readonly bob: Person;
  readonly zoe: Person;
  /** `SERVER` and `OLIVIA`, known to every shell. */
  readonly known: Record<string, string>;
}

async function type(
  { known }: Cast,
  person: Person,
  script: string,
  directory = 'repo',
): Promise<ExecResult> {
  return await person.exec('sh', ['-e', '-c', script], { cwd: person.at(directory), env: known });
}

async function gather(): Promise<Cast> {
  const [olivia, alice, bob, zoe] = await Promise.all(
    ['Olivia', 'Alice', 'Bob', 'Zoe'].map((name) => makePerson(name)),
  );
  if (!olivia || !alice || !bob || !zoe) throw new Error('somebody is missing');
  const cast = { olivia, alice, bob, zoe, known: { SERVER: olivia.at('server.git') } };
  await olivia.git(['init', '-q', '--bare', 'server.git']);
  await olivia.git(['clone', '-q', cast.known.SERVER, 'repo']);
  for (const part of ['raw', 'scripts']) {
    fs.cpSync(path.join(projectRoot, 'examples/digits', part), olivia.at('repo', part), { recursive: true });
  }
  return cast;
}

/** Each functionary makes a key and hands the certificate to Olivia. */
async function handOver({ olivia, alice, bob }: Cast): Promise<void> {
  for (const [name, person] of [
    ['alice', alice],
    ['bob', bob],
  ] as const) {
    const { stdout } = await person.mlchain(['key', 'new', '--no-passphrase']);
    const certificate = await person.mlchain(['key', 'export', stdout.trim()]);
    fs.writeFileSync(olivia.at(`${name}.asc`), certificate.stdout);
  }
}

async function found(cast: Cast): Promise<void> {
  const made = await type(
    cast,
    cast.olivia,
    "git mlchain key new --name 'Olivia Owner' --email olivia@example.org --no-passphrase",
  );
  cast.known.OLIVIA = made.stdout.trim().split('\n').at(-1) ?? '';
  fs.writeFileSync(cast.olivia.at('config'), CONFIG);
  await type(
    cast,
    cast.olivia,
    `EDITOR="cp ../config"
    git mlchain init --yes
    $EDITOR .mlchainrc
    git mlchain layout new --expires 1y --functionary source="$OLIVIA" --functionary prepare=../alice.asc --functionary train=../bob.asc
    git mlchain layout sign
    git mlchain trust "$OLIVIA"
    git add .mlchainrc .mlchain raw scripts && git commit -m 'sources and supply chain layout' && git push`,
  );
}

async function join(cast: Cast, person: Person): Promise<void> {
  await type(cast, person, 'git clone -q "$SERVER" repo', '.');
  await type(cast, person, 'git mlchain init --yes && git mlchain trust "$OLIVIA"');
}

test('the session works as written', async () => {
  const cast = await gather();
  await handOver(cast);
  await found(cast);
  await join(cast, cast.alice);
  await type(
    cast,
    cast.alice,
    "git mlchain run prepare && git add data && git commit -m 'dataset v1' && git push",
  );
  await join(cast, cast.bob);
  await type(
    cast,
    cast.bob,
    "git mlchain run train && git add model && git commit -m 'model v1' && git push",
  );

  await join(cast, cast.zoe);
  const anyone = await type(
    cast,
    cast.zoe,
    'git pull && git mlchain log && git mlchain verify --history && git mlchain verify',
  );
  assert.match(anyone.stdout, /model v1/);
  assert.match(anyone.stdout, /^verified: history and release of [0-9a-f]{7}/m);
  for (const step of ['source', 'prepare', 'train'])
    assert.match(anyone.stdout, new RegExp(`^ +${step} +verified`, 'm'));

  const exported = await type(cast, cast.zoe, 'git mlchain export --in-toto ../out');
  const commands = exported.stdout.split('\n').filter((line) => line.startsWith('  '));
  assert.is(commands.length, 3);
  // The keyring that the second command makes is to vanish with its maker.
  await type(cast, cast.zoe, ['export TMPDIR="$HOME"', ...commands].join('\n'));
  const tampered = `echo x >> ../out/product/data/test.csv; ${commands[2]?.replaceAll('..', '../out')}`;
  assert.is((await cast.zoe.exec('sh', ['-c', tampered], { cwd: cast.zoe.at('repo'), code: 'any' })).code, 1);
  for (const person of [cast.olivia, cast.alice, cast.bob, cast.zoe]) await person.cleanup();
});

test.run();
