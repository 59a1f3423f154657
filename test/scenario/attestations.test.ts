import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { preAuthenticationEncoding } from '../../src/intoto/dsse.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';
import type { Team } from '../support/team.ts';
import { makeTeam } from '../support/team.ts';

interface Export {
  readonly team: Team;
  readonly scratch: Scratch;
  readonly directory: string;
}

interface Attested {
  readonly file: string;
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly keyid: string;
  readonly sig: Buffer;
  readonly statement: {
    _type: string;
    predicateType: string;
    subject: { name: string; digest: Record<string, string> }[];
    predicate: Record<string, unknown>;
  };
}

const story = suite<Export>('attestations');

story.before(async (context) => {
  const team = await makeTeam();
  const scratch = makeScratch();
  const directory = path.join(scratch.path, 'attestations');
  await team.olivia.mlchain('export', '--attestations', directory);
  Object.assign(context, { team, scratch, directory });
});

story.after(async ({ team, scratch }) => {
  await team.cleanup();
  scratch.cleanup();
});

function read(directory: string): readonly Attested[] {
  const files = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.intoto.jsonl'))
    .sort()
    .flatMap((file) => {
      const text = fs.readFileSync(path.join(directory, file), 'utf8');
      assert.ok(text.endsWith('\n'));
      return text
        .trim()
        .split('\n')
        .map((line) => envelope(file, line));
    });
}

function envelope(file: string, line: string): Attested {
  const { payload, payloadType, signatures, ...more } = JSON.parse(line);
  assert.equal(more, {});
  assert.is(signatures.length, 1);
  const bytes = Buffer.from(payload, 'base64');
  return {
    file,
    payload: bytes,
    payloadType,
    keyid: signatures[0].keyid,
    sig: Buffer.from(signatures[0].sig, 'base64'),
    statement: JSON.parse(bytes.toString('utf8')),
  };
}

const shown = ({ file, statement }: Attested) => `${file} ${statement.predicateType.replace('https://', '')}`;

story(
  'lie where ITE-13 puts them: a directory a commit, a file a step, an envelope a line',
  async ({ team, directory }) => {
    const log = await team.olivia.git('log', '--format=%H', '--reverse');
    const [source, prepare, train] = log.split('\n');
    assert.equal(
      read(directory).map(shown).sort(),
      [
        `commits/${source}/source.intoto.jsonl in-toto.io/attestation/link/v0.3`,
        `commits/${prepare}/prepare.intoto.jsonl in-toto.io/attestation/link/v0.3`,
        `commits/${prepare}/prepare.intoto.jsonl slsa.dev/provenance/v1`,
        `commits/${train}/train.intoto.jsonl in-toto.io/attestation/link/v0.3`,
        `commits/${train}/train.intoto.jsonl slsa.dev/provenance/v1`,
        `commits/${train}/verification-summary.intoto.jsonl slsa.dev/verification_summary/v1`,
      ].sort(),
    );
  },
);

/** With nothing but GnuPG and the exporter's certificate. */
async function gpgAccepts(reader: Person, { sig, payload, payloadType }: Attested): Promise<boolean> {
  fs.writeFileSync(reader.at('sig'), sig);
  fs.writeFileSync(reader.at('signed'), preAuthenticationEncoding(payloadType, payload));
  const { code } = await reader.gpg(['--verify', reader.at('sig'), reader.at('signed')], { code: 'any' });
  return code === 0;
}

story('are signed by whoever exports, and plain GnuPG checks that', async ({ team, directory }) => {
  const reader = await makePerson('Reader');
  const { stdout } = await team.olivia.person.mlchain(['key', 'export', team.olivia.fingerprint]);
  await reader.gpg(['--import'], { input: stdout });
  const all = read(directory);
  assert.is(all.length, 6);
  for (const each of all) {
    assert.is(each.payloadType, 'application/vnd.in-toto+json');
    assert.is(each.keyid, team.olivia.fingerprint.toLowerCase());
    assert.ok(await gpgAccepts(reader, each), each.file);
    const altered = {
      ...each,
      payload: Buffer.from(each.payload.toString('utf8').replace('"_type"', '"_Type"')),
    };
    assert.not(await gpgAccepts(reader, altered), each.file);
  }
  await reader.cleanup();
});

story('say of every link what it says', async ({ team, directory }) => {
  const head = await team.olivia.head();
  const tracked = `refs/notes/remotes/origin/mlchain/${team.bob.fingerprint}`;
  const { signed } = JSON.parse(await team.olivia.git('notes', '--ref', tracked, 'show', head));
  const [link, provenance] = read(directory).filter(({ file }) => file.endsWith('/train.intoto.jsonl'));
  assert.is(link?.statement._type, 'https://in-toto.io/Statement/v1');
  const { materials, ...predicate } = link?.statement.predicate ?? {};
  assert.equal(predicate, {
    name: 'train',
    command: signed.command,
    byproducts: signed.byproducts,
    environment: signed.environment,
  });
  const named = (list: unknown) =>
    Object.fromEntries(
      (list as { name: string; digest: object }[]).map(({ name, digest }) => [name, digest]),
    );
  assert.equal(named(materials), signed.materials);
  assert.equal(named(link?.statement.subject), signed.products);
  assert.equal(provenance?.statement.predicate.runDetails, {
    builder: { id: `openpgp4fpr:${team.bob.fingerprint}` },
    metadata: {
      finishedOn: signed.environment.mlchain.recorded,
      invocationId: `sha256:${sha256Hex(await team.olivia.git('notes', '--ref', tracked, 'show', head))}`,
    },
  });
});

function summaryIn(directory: string): Attested['statement'] {
  const found = read(directory).find(({ file }) => file.endsWith('/verification-summary.intoto.jsonl'));
  assert.ok(found);
  return found.statement;
}

story('sum the verdict up', async ({ team, directory }) => {
  const { predicate, subject } = summaryIn(directory);
  const head = await team.olivia.head();
  assert.is(predicate.verificationResult, 'PASSED');
  assert.is(predicate.resourceUri, `gitoid:commit:sha1:${head}`);
  assert.equal(predicate.policy, {
    uri: `gitoid:blob:sha1:${await team.olivia.git('rev-parse', 'HEAD:.mlchain/root.layout')}`,
    digest: { sha256: sha256Hex(team.olivia.read('.mlchain/root.layout')) },
  });
  assert.is((predicate.inputAttestations as unknown[]).length, 3);
  assert.equal(
    subject.map(({ name, digest }) => [name, digest]),
    [
      [`commit ${head}`, { gitCommit: head }],
      ['model/weights.txt', { sha256: sha256Hex(team.olivia.read('model/weights.txt')) }],
    ],
  );
});

story('a chain that does not verify is attested as what it is', async ({ team, scratch }) => {
  const copy = await team.copy();
  copy.alice.write('model/weights.txt', 'poison');
  await copy.alice.commitWithoutHooks('a quick fix');
  const directory = path.join(scratch.path, 'failed');
  const { stderr } = await copy.alice.tries(['mlchain', 'export', '--attestations', directory]);
  assert.match(stderr, /this chain does not verify, and the summary says FAILED/);
  const { predicate } = summaryIn(directory);
  assert.equal([predicate.verificationResult, predicate.verifiedLevels], ['FAILED', ['FAILED']]);
  await copy.cleanup();
});

story('an inspection that fails is in the summary, unless none is run', async ({ team, scratch }) => {
  const copy = await team.copy();
  copy.alice.write('data/words.txt', 'fig\napple\npear\n');
  await copy.alice.commit('in an order of her own');
  await copy.alice.push();
  await copy.bob.pull();
  await copy.bob.work('train');
  const result = async (name: string, ...args: readonly string[]) => {
    const directory = path.join(scratch.path, name);
    await copy.bob.mlchain('export', '--attestations', directory, ...args);
    return summaryIn(directory).predicate.verificationResult;
  };
  assert.is(await result('inspected'), 'FAILED');
  assert.is(await result('uninspected', '--no-inspect'), 'PASSED');
  await copy.cleanup();
});

story(
  'neither a key that is missing nor a verdict that is incomplete leaves a file',
  async ({ team, scratch }) => {
    const copy = await team.copy();
    const directory = path.join(scratch.path, 'nothing');
    const keyless = await copy.carl.tries(['mlchain', 'export', '--attestations', directory]);
    assert.is(keyless.code, 1);
    assert.match(keyless.stderr, /key/);
    await copy.olivia.git('config', '--unset-all', 'mlchain.owner');
    const unpinned = await copy.olivia.tries(['mlchain', 'export', '--attestations', directory]);
    assert.is(unpinned.code, 3);
    assert.not(fs.existsSync(directory));
    await copy.cleanup();
  },
);

story('are written to a new or empty directory outside the checkout', async ({ team, directory }) => {
  for (const [target, words] of [
    ['attestations', /expected a directory outside the checkout/],
    [directory, /expected a new or empty directory/],
  ] as const) {
    const { code, stderr } = await team.olivia.tries(['mlchain', 'export', '--attestations', target]);
    assert.is(code, 2);
    assert.match(stderr, words);
  }
  assert.not(fs.existsSync(path.join(team.olivia.clone, 'attestations')));
});

story('as JSON the export says what it wrote', async ({ team, scratch }) => {
  const directory = path.join(scratch.path, 'listed');
  const document = JSON.parse(
    await team.olivia.mlchain('export', '--json', '--attestations', directory, 'HEAD~1'),
  );
  assert.is(document.verdict, 'violated');
  assert.is(document.signer, team.olivia.fingerprint);
  for (const file of document.files) assert.ok(fs.existsSync(path.join(directory, file)), file);
});

story.run();
