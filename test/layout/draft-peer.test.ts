import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { draftLayout } from '../../src/layout/draft.ts';
import type { DraftStep } from '../../src/layout/flow.ts';
import { layoutKeys, readCertificates } from '../../src/openpgp/certificate.ts';
import { findSigner } from '../../src/openpgp/signer.ts';
import { exportGpg, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

/**
 * A drafted layout, signed by us, held by Debian's in-toto-verify against links that Debian's in-toto-run made: what
 * our own verifier accepts by it, in-toto accepts, and what it refuses, in-toto refuses.
 */
const steps = new Map<string, DraftStep>([
  ['source', { materials: [], products: ['raw/', 'scripts/'] }],
  [
    'prepare',
    { materials: ['raw/', 'scripts/prepare.sh'], products: ['data/'], command: ['sh', 'scripts/prepare.sh'] },
  ],
  ['relabel', { materials: ['labels.csv', 'data/'], products: ['labels.csv'] }],
  ['train', { materials: ['data/', 'labels.csv'], products: ['model/'] }],
]);
const inspections = new Map([['rebuild', { command: ['sh', 'scripts/prepare.sh'] }]]);

interface Story {
  readonly person: Person;
  readonly owner: string;
  readonly keys: ReadonlyMap<string, string>;
}

const peer = suite<Story>('a drafted layout and in-toto');

peer.before(async (story) => {
  const person = await makePerson('Olivia');
  const owner = await makeGpgKey(person, 'Olivia <olivia@example.org>');
  const alice = await makeGpgKey(person, 'Alice <alice@example.org>', { algorithm: 'rsa2048' });
  const bob = await makeGpgKey(person, 'Bob <bob@example.org>');
  const keys = new Map([
    ['source', alice],
    ['prepare', alice],
    ['relabel', bob],
    ['train', bob],
  ]);
  Object.assign(story, { person, owner, keys });
  await writeLayout(story);
});

peer.after(async ({ person }) => person.cleanup());

async function writeLayout({ person, owner, keys }: Story): Promise<void> {
  const functionaries = new Map();
  for (const [step, fingerprint] of keys) {
    const [certificate] = await readCertificates(await exportGpg(person, fingerprint));
    if (certificate === undefined) throw new Error('no certificate');
    functionaries.set(step, [{ fingerprint, keys: layoutKeys(certificate) }]);
  }
  const id = '0'.repeat(32);
  const expires = Date.now() + 86_400_000;
  const signed = draftLayout({
    config: { steps, inspections },
    functionaries,
    thresholds: new Map(),
    expires,
    id,
  });
  const signer = await findSigner({ choices: [owner], gpgProgram: 'gpg', env: person.env, mayPrompt: false });
  const signature = await signer.sign(makeEnvelope(signed, []).signedBytes);
  fs.writeFileSync(person.at('root.layout'), writeEnvelopeFile(signed, [signature]));
}

/** A fresh product directory with raw data, the script that makes the dataset of it, and the labels as they were. */
function product({ person }: Story, name: string): string {
  const directory = person.at(name, 'product');
  for (const part of ['raw', 'scripts', 'model'])
    fs.mkdirSync(path.join(directory, part), { recursive: true });
  const script =
    'rm -rf data && mkdir data && tr a-z A-Z < raw/letters > data/letters && cp raw/digits data/digits\n';
  fs.writeFileSync(path.join(directory, 'raw/letters'), 'abc\n');
  fs.writeFileSync(path.join(directory, 'raw/digits'), '123\n');
  fs.writeFileSync(path.join(directory, 'scripts/prepare.sh'), script);
  fs.writeFileSync(path.join(directory, 'labels.csv'), 'old\n');
  return directory;
}

/** One step under in-toto-run; the link lies above the product. */
async function step(
  { person, keys }: Story,
  directory: string,
  name: string,
  materials: readonly string[],
  products: readonly string[],
  command: readonly string[] = [],
): Promise<void> {
  const given = materials.length === 0 ? [] : ['--materials', ...materials];
  const work = command.length === 0 ? ['--no-command'] : ['--', ...command];
  const who = ['--step-name', name, '--gpg', keys.get(name) ?? ''];
  const args = [...who, ...given, '--products', ...products, '--metadata-directory', '..', ...work];
  await person.exec('in-toto-run', args, { cwd: directory });
}

const train = ['sh', '-c', 'cat data/* labels.csv > model/m.bin'];

async function wholeChain(story: Story, name: string): Promise<string> {
  const directory = product(story, name);
  await step(story, directory, 'source', [], ['raw', 'scripts']);
  await step(
    story,
    directory,
    'prepare',
    ['raw', 'scripts/prepare.sh'],
    ['data'],
    ['sh', 'scripts/prepare.sh'],
  );
  await step(
    story,
    directory,
    'relabel',
    ['labels.csv', 'data'],
    ['labels.csv'],
    ['sh', '-c', 'echo new > labels.csv'],
  );
  await step(story, directory, 'train', ['data', 'labels.csv'], ['model'], train);
  return directory;
}

/** Passes or the reason in-toto gives, in the directory of the product. */
async function verify({ person, owner }: Story, directory: string): Promise<string> {
  const args = ['--layout', person.at('root.layout'), '--link-dir', '..', '--gpg', owner.toLowerCase()];
  const { code, stderr } = await person.exec('in-toto-verify', args, { cwd: directory, code: 'any' });
  return code === 0 ? 'passes' : stderr;
}

peer('the chain as the configuration describes it passes, inspection included', async (story) => {
  assert.is(await verify(story, await wholeChain(story, 'whole')), 'passes');
});

peer(
  'files beside the chain, such as the layout and a README, are no obstacle to the inspection',
  async (story) => {
    const directory = await wholeChain(story, 'beside');
    fs.mkdirSync(path.join(directory, '.mlchain'));
    fs.copyFileSync(story.person.at('root.layout'), path.join(directory, '.mlchain/root.layout'));
    fs.writeFileSync(path.join(directory, 'README.md'), 'hello');
    assert.is(await verify(story, directory), 'passes');
  },
);

peer('work on data that nobody signed for fails the MATCH rule', async (story) => {
  const directory = await wholeChain(story, 'tampered');
  fs.appendFileSync(path.join(directory, 'data/letters'), 'poison\n');
  await step(story, directory, 'train', ['data', 'labels.csv'], ['model'], train);
  assert.match(
    await verify(story, directory),
    /'DISALLOW \*' matched the following artifacts: \['data\/letters'\]/,
  );
});

peer(
  'a dataset that the pinned script cannot have made passes every step and fails the inspection',
  async (story) => {
    const directory = product(story, 'poisoned');
    await step(story, directory, 'source', [], ['raw', 'scripts']);
    const swap = [
      'sh',
      '-c',
      'sh scripts/prepare.sh && tr AB BA < data/letters > data/x && mv data/x data/letters',
    ];
    await step(story, directory, 'prepare', ['raw', 'scripts/prepare.sh'], ['data'], swap);
    await step(story, directory, 'relabel', ['labels.csv', 'data'], ['labels.csv'], ['true']);
    await step(story, directory, 'train', ['data', 'labels.csv'], ['model'], train);
    const reason = await verify(story, directory);
    assert.match(reason, /'DISALLOW data\/\*' matched the following artifacts: \['data\/letters'\]/);
    assert.match(reason, /rebuild/);
  },
);

peer('a material that the layout does not know is refused', async (story) => {
  const directory = await wholeChain(story, 'stranger');
  fs.writeFileSync(path.join(directory, 'secret.csv'), 'x');
  await step(story, directory, 'train', ['data', 'labels.csv', 'secret.csv'], ['model'], train);
  assert.match(
    await verify(story, directory),
    /'DISALLOW \*' matched the following artifacts: \['secret\.csv'\]/,
  );
});

peer('links that name unchanged and deleted products pass, as ours do', async (story) => {
  const directory = await wholeChain(story, 'again');
  // A second run over the same files, and one whose product `model/old` is gone afterwards.
  await step(story, directory, 'relabel', ['labels.csv', 'data'], ['labels.csv'], ['true']);
  fs.writeFileSync(path.join(directory, 'model/old'), 'x');
  const shrink = ['sh', '-c', 'rm model/old && cat data/* labels.csv > model/m.bin'];
  await step(story, directory, 'train', ['data', 'labels.csv', 'model/old'], ['model'], shrink);
  assert.is(await verify(story, directory), 'passes');
});

peer.run();
