import { generateKeyPairSync } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { parseEnvelope, writeEnvelope } from '../../src/intoto/envelope.ts';
import { stringify } from '../../src/intoto/json.ts';
import type { SslibKey } from '../../src/intoto/sslib-key.ts';
import { addGpgSubkey, exportGpg } from '../support/gpg.ts';
import type { InTotoUser } from '../support/in-toto.ts';
import { inTotoRecord, inTotoRun, inTotoVerify, makeInTotoUser } from '../support/in-toto.ts';
import { assertVerdict, Member } from '../support/member.ts';
import { makePerson } from '../support/person.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';
import { dsse, makeSslibSigningKey } from '../support/sslib-key.ts';

const CONFIG = `steps:
  prepare: { materials: [raw/], products: [data/] }
  train: { materials: [data/], products: [model/] }
`;

interface Story {
  readonly scratch: Scratch;
  readonly olivia: Member;
  readonly alice: InTotoUser;
  readonly bob: InTotoUser;
  /** Where Alice and Bob worked, with in-toto and without git. */
  readonly workshop: string;
  readonly links: string;
}

const story = suite<Story>('links made by in-toto’s own commands');

/** A pipeline run with in-toto-run and in-toto-record, then put under git by its owner, who vouches for the baseline. */
story.before(async (context) => {
  const scratch = makeScratch();
  const [alice, bob] = [await makeInTotoUser('Alice'), await makeInTotoUser('Bob', 'rsa2048')];
  const workshop = path.join(scratch.path, 'workshop');
  const links = path.join(scratch.path, 'links');
  scratch.write('workshop/raw/words.txt', 'pear\napple\nfig\n');
  fs.mkdirSync(links);
  await work(alice, bob, workshop, links);
  const person = await makePerson('Olivia');
  const fingerprint = (await person.mlchain(['key', 'new', '--no-passphrase'])).stdout.trim();
  const olivia = new Member(person, fingerprint, path.join(person.home, 'repo'));
  await person.git(['init', '-q', olivia.clone]);
  await olivia.git('config', 'gc.auto', '0');
  fs.cpSync(workshop, olivia.clone, { recursive: true });
  olivia.write('.mlchainrc', CONFIG);
  await olivia.mlchain('init', '--yes');
  await olivia.mlchain(
    ...['layout', 'new', '--expires', '1y', '--functionary', `prepare=${alice.certificate}`],
    ...['--functionary', `train=${bob.certificate}`],
  );
  await olivia.mlchain('layout', 'sign');
  await olivia.mlchain('trust', fingerprint);
  await olivia.commit('what in-toto made so far');
  await olivia.mlchain('endorse', 'HEAD', '--reason', 'baseline', '--yes');
  Object.assign(context, { scratch, olivia, alice, bob, workshop, links });
});

story.after(async ({ scratch, olivia, alice, bob }) => {
  await Promise.all([olivia.person, alice.person, bob.person].map((person) => person.cleanup()));
  scratch.cleanup();
});

async function work(alice: InTotoUser, bob: InTotoUser, cwd: string, links: string): Promise<void> {
  const prepare = { step: 'prepare', materials: ['raw'], products: ['data'], cwd, links };
  await inTotoRecord(alice, prepare, () => {
    fs.mkdirSync(path.join(cwd, 'data'));
    fs.writeFileSync(path.join(cwd, 'data/words.txt'), 'apple\nfig\npear\n');
  });
  const command = ['sh', '-c', 'mkdir -p model && cksum <data/words.txt >model/weights.txt'];
  await inTotoRun(bob, { step: 'train', materials: ['data'], products: ['model'], command, cwd, links });
}

/** The story as it stands, for an attack of its own. */
async function copyOf({ olivia }: Story, name: string): Promise<Member> {
  const clone = path.join(olivia.person.home, name);
  fs.cpSync(olivia.clone, clone, { recursive: true, verbatimSymlinks: true });
  return olivia.in(clone);
}

/** A directory with the links, one of them rewritten. */
function linksBut({ scratch, links }: Story, name: string, change: (file: string, text: string) => string) {
  const directory = path.join(scratch.path, name);
  fs.cpSync(links, directory, { recursive: true });
  for (const file of fs.readdirSync(directory)) {
    const text = fs.readFileSync(path.join(directory, file), 'utf8');
    fs.writeFileSync(path.join(directory, file), change(file, text));
  }
  return directory;
}

const UNSIGNED = ['violation link-missing'];

story('before the import the history is explained by its owner, and no step by anybody', async (context) => {
  assertVerdict(await context.olivia.verify(), 'violated', UNSIGNED);
  assertVerdict(await context.olivia.verify('--history'), 'verified');
});

story(
  'imported, they are in the notes of who signed them, byte for byte, and the release holds',
  async (context) => {
    const { alice, bob, links } = context;
    const olivia = await copyOf(context, 'imported');
    const said = await olivia.mlchain('import', links);
    assert.match(
      said,
      /^prepare: the link of Alice \(key [0-9A-F]{16}\), noted on [0-9a-f]{7}: used for the release$/m,
    );
    assert.match(said, /^train: the link of Bob /m);
    assertVerdict(await olivia.verify(), 'verified');
    for (const [step, { fingerprint }] of [
      ['prepare', alice],
      ['train', bob],
    ] as const) {
      const noted = await olivia.git('notes', '--ref', `refs/notes/mlchain/${fingerprint}`, 'show', 'HEAD');
      const file = `${step}.${fingerprint.slice(0, 8).toLowerCase()}.link`;
      assert.equal(JSON.parse(noted), JSON.parse(fs.readFileSync(path.join(links, file), 'utf8')));
    }
  },
);

story(
  'the peer agrees: on the links as they were made, and on the chain as it is exported',
  async (context) => {
    const { scratch, alice, bob, links, workshop } = context;
    const olivia = await copyOf(context, 'agreed');
    await olivia.mlchain('import', links);
    const out = path.join(scratch.path, 'out');
    await olivia.mlchain('export', '--in-toto', out);
    const certificates = fs.readdirSync(path.join(out, 'keys')).map((name) => path.join(out, 'keys', name));
    assert.is(certificates.length, 3);
    const layout = path.join(out, 'root.layout');
    const owners = [olivia.fingerprint];
    const original = { layout, links, product: workshop };
    const exported = { layout, links: out, product: path.join(out, 'product') };
    assert.is(await inTotoVerify(olivia.person, original, certificates, owners), 0);
    assert.is(await inTotoVerify(olivia.person, exported, certificates, owners), 0);
    const owner = certificates.find((file) => file.includes(olivia.fingerprint)) ?? '';
    for (const directory of [out, links]) {
      const args = ['verify', '--in-toto', directory, '--layout', layout, '--owner-cert', owner];
      const functionaries = [alice, bob].flatMap(({ certificate }) => ['--cert', certificate]);
      const { code } = await olivia.person.mlchain([...args, ...functionaries, '--product', workshop], {
        code: 'any',
      });
      assert.is(code, 0);
    }
  },
);

story('show tells of them, apart from what was recorded', async (context) => {
  const olivia = await copyOf(context, 'shown');
  await olivia.mlchain('import', context.links);
  const shown = await olivia.mlchain('show');
  assert.match(
    shown,
    /^imported link of train \(used for the release\)\n {2}signer: +Bob \(key [0-9A-F]{16}\)$/m,
  );
  assert.match(shown, /^ {4}sha256:[0-9a-f]{12}… {2}model\/weights\.txt$/m);
  assert.not.match(shown, /no links/);
  const raw = (await olivia.mlchain('show', '--raw')).split('\n').map((line) => JSON.parse(line).signed.name);
  assert.equal(raw.sort(), ['prepare', 'train']);
  assert.is(JSON.parse(await olivia.mlchain('show', '--json')).envelopes.length, 2);
});

story('they travel with plain git push and pull', async (context) => {
  const olivia = await copyOf(context, 'travelling');
  await olivia.mlchain('import', context.links);
  const server = path.join(context.scratch.path, 'server.git');
  await olivia.person.git(['init', '-q', '--bare', server]);
  await olivia.git('remote', 'add', 'origin', server);
  await olivia.mlchain('init', '--yes');
  await olivia.git('push', '-q', 'origin', 'HEAD');
  const reader = olivia.in(path.join(olivia.person.home, 'reader'));
  await olivia.person.git(['clone', '-q', server, reader.clone]);
  await reader.mlchain('init', '--yes');
  await reader.mlchain('trust', olivia.fingerprint);
  assertVerdict(await reader.verify(), 'verified');
});

story('imported twice, they are there once', async (context) => {
  const olivia = await copyOf(context, 'twice');
  await olivia.mlchain('import', context.links);
  const { stdout } = await olivia.person.mlchain(['import', '--json', context.links], { cwd: olivia.clone });
  assert.equal(
    JSON.parse(stdout).imported.map(({ step, use }: { step: string; use: string }) => `${step} ${use}`),
    ['prepare used', 'train used'],
  );
  const bob = `refs/notes/mlchain/${context.bob.fingerprint}`;
  assert.is((await olivia.git('notes', '--ref', bob, 'show', 'HEAD')).split('\n').length, 1);
});

story('they can be noted on an earlier commit', async (context) => {
  const olivia = await copyOf(context, 'earlier');
  const first = await olivia.head();
  olivia.write('README.md', 'words\n');
  await olivia.commit('a readme');
  const said = await olivia.mlchain('import', context.links, '--at', first);
  assert.match(said, new RegExp(`noted on ${first.slice(0, 7)}`));
  assertVerdict(await olivia.verify(), 'verified');
});

story('a single link file can be imported by itself', async (context) => {
  const olivia = await copyOf(context, 'single');
  const file = `train.${context.bob.fingerprint.slice(0, 8).toLowerCase()}.link`;
  await olivia.mlchain('import', path.join(context.links, file));
  const { steps } = await olivia.verify();
  assert.equal(
    steps.map(({ step, state }) => `${step} ${state}`),
    ['prepare missing', 'train violated'],
  );
});

story('a link altered after it was signed is not taken, and the others are', async (context) => {
  const olivia = await copyOf(context, 'altered');
  const altered = linksBut(context, 'altered', (file, text) =>
    file.startsWith('train')
      ? text.replace('"return-value": 0', '"return-value": 00'.replace('00', '2'))
      : text,
  );
  const { code, stderr, stdout } = await olivia.tries(['mlchain', 'import', altered]);
  assert.is(code, 1);
  assert.match(stderr, /train\.[0-9a-f]{8}\.link is not imported: the signature of [0-9a-f]{40} is not good/);
  assert.match(stdout, /^prepare: the link of Alice/m);
  assert.not.match(stdout, /train/);
  assertVerdict(await olivia.verify(), 'violated', UNSIGNED);
});

story('a link by somebody whose certificate is not here is not taken', async (context) => {
  const olivia = await copyOf(context, 'stranger');
  const mallory = await makeInTotoUser('Mallory');
  const links = path.join(context.scratch.path, 'by-mallory');
  fs.mkdirSync(links);
  const command = ['true'];
  await inTotoRun(mallory, {
    step: 'train',
    materials: ['data'],
    products: ['model'],
    command,
    cwd: context.workshop,
    links,
  });
  const { code, stderr } = await olivia.tries(['mlchain', 'import', links]);
  await mallory.person.cleanup();
  assert.is(code, 1);
  assert.match(
    stderr,
    new RegExp(`signed by ${mallory.fingerprint.toLowerCase()}, whose certificate is not here`),
  );
  assert.not.match(await olivia.git('for-each-ref'), new RegExp(mallory.fingerprint));
});

story(
  'a stranger with a certificate in the work tree is imported, and authorised by that for nothing',
  async (context) => {
    const olivia = await copyOf(context, 'known-stranger');
    const mallory = await makeInTotoUser('Mallory');
    const links = path.join(context.scratch.path, 'by-known-mallory');
    fs.mkdirSync(links);
    const run = { materials: ['data'], products: ['model'], command: ['true'], cwd: context.workshop, links };
    await inTotoRun(mallory, { step: 'train', ...run });
    fs.copyFileSync(mallory.certificate, path.join(olivia.clone, `.mlchain/keys/${mallory.fingerprint}.asc`));
    await mallory.person.cleanup();
    const said = await olivia.mlchain('import', links);
    assert.match(said, /^train: the link of Mallory .*: not used: .*key the layout does not allow/m);
    assertVerdict(await olivia.verify(), 'violated', ['violation link-missing', 'warning unauthorised']);
  },
);

story('an imported link says nothing of content that changed since', async (context) => {
  const olivia = await copyOf(context, 'changed');
  await olivia.mlchain('import', context.links);
  olivia.write('model/weights.txt', 'other weights\n');
  await olivia.commit('tampered');
  assertVerdict(await olivia.verify(), 'violated', [
    'violation link-missing',
    'violation uncovered model/weights.txt',
    'warning artifact-mismatch model/weights.txt',
  ]);
});

story('a subkey’s link goes into the notes of its primary key', async (context) => {
  const olivia = await copyOf(context, 'subkey');
  const dora = await makeInTotoUser('Dora');
  const subkey = await addGpgSubkey(dora.person, dora.fingerprint);
  fs.writeFileSync(dora.certificate, await exportGpg(dora.person, dora.fingerprint));
  const links = path.join(context.scratch.path, 'by-dora');
  fs.mkdirSync(links);
  const run = { materials: ['data'], products: ['model'], command: ['true'], cwd: context.workshop, links };
  await inTotoRun({ ...dora, fingerprint: subkey }, { step: 'train', ...run });
  await olivia.mlchain('layout', 'set', '--functionary', `train=${dora.certificate}`);
  await olivia.mlchain('layout', 'sign');
  await olivia.commit('Dora trains, too');
  await dora.person.cleanup();
  await olivia.mlchain('import', links);
  assert.match(
    await olivia.git('for-each-ref', '--format=%(refname)'),
    new RegExp(`mlchain/${dora.fingerprint}$`, 'm'),
  );
  const { steps } = await olivia.verify();
  assert.equal(
    steps.map(({ step, state }) => `${step} ${state}`),
    ['prepare missing', 'train violated'],
  );
});

story('a key of in-toto’s own that no layout names is nobody’s', async (context) => {
  const olivia = await copyOf(context, 'pem');
  const links = path.join(context.scratch.path, 'by-pem');
  fs.mkdirSync(links);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = context.scratch.write('pem', privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const args = ['--step-name', 'train', '--key', key, '--metadata-directory', links, '--products', 'model'];
  await context.bob.person.exec('in-toto-run', [...args, '--', 'true'], { cwd: context.workshop });
  const { code, stderr } = await olivia.tries(['mlchain', 'import', links]);
  assert.is(code, 1);
  assert.match(stderr, /which is no OpenPGP key, and which no layout in force names/);
});

/** The layout with one more functionary for `train`, signed again by its owner: a key that is not OpenPGP's. */
async function nameKey(olivia: Member, key: SslibKey): Promise<void> {
  const layout = JSON.parse(olivia.read('.mlchain/root.layout')).signed;
  layout.keys[key.keyid] = JSON.parse(stringify(key.json, 0));
  for (const step of layout.steps) if (step.name === 'train') step.pubkeys = [key.keyid];
  olivia.write('.mlchain/root.layout', JSON.stringify({ signatures: [], signed: layout }));
  await olivia.mlchain('layout', 'sign');
  await olivia.commit('Dave trains from now on');
}

story('existing users of in-toto’s own keys come over, with links in either wrapping', async (context) => {
  for (const scheme of ['ed25519', 'rsassa-pss-sha256'] as const) {
    const olivia = await copyOf(context, `own-${scheme}`);
    const dave = makeSslibSigningKey(scheme);
    await nameKey(olivia, dave.key);
    const file = `train.${context.bob.fingerprint.slice(0, 8).toLowerCase()}.link`;
    const signed = parseEnvelope(fs.readFileSync(path.join(context.links, file))).signed;
    const links = path.join(context.scratch.path, `by-dave-${scheme}`);
    fs.cpSync(context.links, links, { recursive: true });
    fs.rmSync(path.join(links, file));
    const name = path.join(links, `train.${dave.key.keyid.slice(0, 8)}.link`);
    const metablock = writeEnvelope(signed, [dave.sign(canonicalize(signed))]);
    fs.writeFileSync(name, scheme === 'ed25519' ? dsse(signed, [dave]) : metablock);
    assert.match(
      await olivia.mlchain('import', links),
      /^train: the link of key [0-9A-F]{16}.*: used for the release$/m,
    );
    assertVerdict(await olivia.verify(), 'verified');
    const bundle = path.join(context.scratch.path, `${scheme}.jsonl`);
    await olivia.mlchain('export', '--bundle', bundle);
    assert.match(await olivia.mlchain('verify', '--bundle', bundle, 'model/weights.txt'), /^verified/);
    const out = path.join(context.scratch.path, `own-out-${scheme}`);
    await olivia.mlchain('export', '--in-toto', out);
    const owner = path.join(out, 'keys', `${olivia.fingerprint}.asc`);
    await olivia.mlchain(
      'verify',
      '--in-toto',
      out,
      '--owner-cert',
      owner,
      '--product',
      path.join(out, 'product'),
    );
    const theirs = { layout: path.join(out, 'root.layout'), links: out, product: path.join(out, 'product') };
    const keys = fs.readdirSync(path.join(out, 'keys')).map((each) => path.join(out, 'keys', each));
    // in-toto 1.3.1 reads no DSSE without being told to.
    if (scheme !== 'ed25519')
      assert.is(await inTotoVerify(olivia.person, theirs, keys, [olivia.fingerprint]), 0);
  }
});

story('names that lead out of the repository are not taken', async (context) => {
  const olivia = await copyOf(context, 'names');
  const links = path.join(context.scratch.path, 'outside');
  fs.mkdirSync(links);
  const run = {
    materials: ['../workshop/data'],
    products: ['../workshop/model'],
    command: ['true'],
    cwd: context.workshop,
  };
  await inTotoRun(context.bob, { step: 'train', links, ...run });
  const { code, stderr } = await olivia.tries(['mlchain', 'import', links]);
  assert.is(code, 1);
  assert.match(stderr, /invalid-name: "\.\.\/workshop\/data\/words\.txt"/);
  assert.not.match(await olivia.git('for-each-ref'), new RegExp(context.bob.fingerprint));
});

story('what is no link is said to be none, and a directory without links is bad input', async (context) => {
  const { olivia, scratch } = context;
  scratch.write('junk/train.00000000.link', '{"signed": {"_type": "link"');
  scratch.write('junk/prepare.00000000.link', '{"signatures":[],"signed":{"_type":"layout"}}');
  const junk = await olivia.tries(['mlchain', 'import', path.join(scratch.path, 'junk')]);
  assert.is(junk.code, 1);
  assert.match(junk.stderr, /train\.00000000\.link is not imported: /);
  assert.match(junk.stderr, /prepare\.00000000\.link is not imported: expected a link, .* found 'layout'/);
  scratch.write('empty/readme', 'nothing');
  for (const [where, words] of [
    [path.join(scratch.path, 'empty'), /expected links \(\*\.link\) in '.*', found none/],
    [
      path.join(scratch.path, 'nowhere'),
      /expected a directory of links or a bundle, found no '.*nowhere' \(ENOENT\)/,
    ],
  ] as const) {
    const { code, stderr } = await olivia.tries(['mlchain', 'import', where]);
    assert.is(code, 2);
    assert.match(stderr, words);
  }
});

story.run();
