import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseEnvelope } from '../../src/intoto/envelope.ts';
import { stringify } from '../../src/intoto/json.ts';
import { layoutFromJson } from '../../src/intoto/layout.ts';
import { parseSignatureHeader } from '../../src/intoto/signature.ts';
import { layoutId } from '../../src/layout/identity.ts';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { openSecretKey } from '../../src/openpgp/secret-key.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import type { ExecResult } from '../support/exec.ts';
import { signFile } from '../support/forger.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

const CONFIG = `steps:
  prepare: { materials: [raw/], products: [data/], command: [sh, prepare.sh] }
  train:   { materials: [data/], products: [model/] }
inspections:
  rebuild: { command: [sh, prepare.sh] }
`;

interface Story {
  clone: WorkingClone;
  /** In the own store of whoever works here. */
  olivia: string;
  /** Certificate alone, in `alice.asc` in the home directory. */
  alice: string;
}

const layouts = suite<Story>('layout commands');

layouts.before.each(async (story) => {
  story.clone = await makeClone();
  story.olivia = await ownKey(story.clone, 'Olivia');
  const { certificate } = await generateKey({ name: 'Alice', email: 'alice@example.org', type: 'ed25519' });
  story.alice = certificate.fingerprint;
  fs.writeFileSync(story.clone.person.at('alice.asc'), certificate.armored);
  story.clone.write('.mlchainrc', CONFIG);
});

layouts.after.each(async ({ clone }) => clone.cleanup());

async function ownKey({ person }: WorkingClone, name: string): Promise<string> {
  const key = await generateKey({ name, email: `${name}@example.org`, type: 'ed25519' });
  await OwnKeyStore.open(person.env).import(key.armoredSecret);
  return key.certificate.fingerprint;
}

function run({ clone }: Story, ...argv: readonly string[]): Promise<ExecResult> {
  return clone.person.mlchain(argv, { cwd: clone.path, code: 'any' });
}

/** Runs a command that has to succeed; what it said. */
async function ok(story: Story, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(story, ...argv);
  assert.is(code, 0, `${argv.join(' ')}: ${stderr}`);
  return stdout + stderr;
}

/** When the only signature says that it was made, seconds. */
function signedAt(story: Story): number {
  const [signature] = layoutOf(story).envelope.signatures;
  return signature?.kind === 'openpgp' ? (parseSignatureHeader(signature.otherHeaders).created ?? 0) : 0;
}

/** The same layout, signed by the same owner as of that time, and committed. */
async function committedAt(story: Story, seconds: number): Promise<void> {
  const { secret } = await OwnKeyStore.open(story.clone.person.env).get(story.olivia);
  const signed = JSON.parse(stringify(layoutOf(story).envelope.signed, 0));
  story.clone.write(
    '.mlchain/root.layout',
    await signFile(openSecretKey(secret.primary.packet), signed, seconds),
  );
  await story.clone.commit();
}

async function refused(story: Story, code: number, ...argv: readonly string[]): Promise<string> {
  const result = await run(story, ...argv);
  assert.is(result.code, code, result.stdout + result.stderr);
  assert.is(result.stdout, '');
  return result.stderr;
}

function layoutFile({ clone }: Story): string {
  return path.join(clone.path, '.mlchain/root.layout');
}

function layoutOf(story: Story) {
  const envelope = parseEnvelope(fs.readFileSync(layoutFile(story)));
  return { envelope, layout: layoutFromJson(envelope.signed) };
}

function draft(story: Story): Promise<string> {
  return ok(story, 'layout', 'new', '--functionary', story.olivia, '--functionary', 'prepare=../alice.asc');
}

layouts('new writes the layout as in-toto does, and the certificates beside it', async (story) => {
  const said = await draft(story);
  assert.match(said, /wrote \.mlchain\/root\.layout: 2 steps, 1 inspection, expires in 365 days/);
  const text = fs.readFileSync(layoutFile(story), 'utf8');
  assert.match(text, /^\{\n "signatures": \[\],\n "signed": \{\n {2}"_type": "layout",\n {2}"expires": /);
  const { layout } = layoutOf(story);
  assert.match(layoutId(layout.readme) ?? '', /^[0-9a-f]{32}$/);
  const [prepare, train] = layout.steps.map(({ pubkeys }) => pubkeys);
  assert.equal(prepare, [story.olivia.toLowerCase(), story.alice.toLowerCase()]);
  assert.equal(train, [story.olivia.toLowerCase()]);
  for (const fingerprint of [story.olivia, story.alice]) {
    const file = path.join(story.clone.path, '.mlchain/keys', `${fingerprint}.asc`);
    assert.is((await readCertificates(fs.readFileSync(file)))[0]?.fingerprint, fingerprint);
    assert.not.match(fs.readFileSync(file, 'utf8'), /PRIVATE/);
  }
});

layouts('new takes fingerprints as people write them, thresholds and an expiry', async (story) => {
  const spaced = `0x${story.olivia.toLowerCase().replace(/(.{4})/g, '$1 ')}`;
  await ok(
    story,
    'layout',
    'new',
    '--functionary',
    spaced,
    '--functionary',
    'prepare=../alice.asc',
    '--threshold',
    'prepare=2',
    '--expires',
    '2031-05-06',
  );
  const { layout } = layoutOf(story);
  assert.is(layout.steps[0]?.threshold, 2);
  assert.is(layout.json.get('expires'), '2031-05-06T00:00:00Z');
});

layouts('new refuses a step that nobody may sign, and writes nothing', async (story) => {
  const stderr = await refused(story, 2, 'layout', 'new', '--functionary', `prepare=${story.olivia}`);
  assert.match(stderr, /nobody may sign 'train'/);
  assert.match(stderr, /hint: give --functionary train=/);
  assert.not(fs.existsSync(path.join(story.clone.path, '.mlchain')));
});

layouts('new refuses what it cannot understand, in one line with a hint', async (story) => {
  const attempts: readonly (readonly [string[], RegExp])[] = [
    [
      ['--functionary', 'nobody.asc'],
      /expected a fingerprint of 40 hex digits or a certificate file, found 'nobody\.asc'/,
    ],
    [['--functionary', '12E5'], /found '12E5'/],
    [['--functionary', 'prepare='], /certificate file, found nothing/],
    [['--functionary', 'A'.repeat(40)], /there is no certificate of A{40} here/],
    [['--functionary', 'tarin=../alice.asc', '--functionary', '../alice.asc'], /no step is named 'tarin'/],
    [['--functionary', '../alice.asc', '--threshold', 'prepare'], /--threshold: expected STEP=N/],
    [['--functionary', '../alice.asc', '--threshold', 'prepare=0'], /found 'prepare=0'/],
    [
      ['--functionary', '../alice.asc', '--threshold', 'prepare=2'],
      /expected 2 functionaries for its threshold, found 1/,
    ],
    [['--functionary', '../alice.asc', '--expires', 'soon'], /expected a span like 1y/],
    [['--functionary', '../alice.asc', '--expires', '1999-01-01'], /expected a time to come/],
  ];
  for (const [args, message] of attempts) {
    assert.match(await refused(story, 2, 'layout', 'new', ...args), message);
    assert.not(fs.existsSync(layoutFile(story)));
  }
});

layouts('a file with two certificates names nobody in particular', async (story) => {
  const { person } = story.clone;
  const other = await generateKey({ name: 'Bob', email: 'bob@example.org', type: 'ed25519' });
  const both = fs.readFileSync(person.at('alice.asc'), 'utf8') + other.certificate.armored;
  fs.writeFileSync(person.at('both.asc'), both);
  const stderr = await refused(story, 2, 'layout', 'new', '--functionary', '../both.asc');
  assert.match(stderr, /both\.asc: expected one certificate, found 2/);
});

layouts('a secret key is never taken for a certificate', async (story) => {
  const { person } = story.clone;
  const key = await generateKey({ name: 'Bob', email: 'bob@example.org', type: 'ed25519' });
  fs.writeFileSync(person.at('bob.asc'), key.armoredSecret);
  assert.match(await refused(story, 2, 'layout', 'new', '--functionary', '../bob.asc'), /secret key/);
});

layouts('new needs a configuration with steps, in a repository with a work tree', async (story) => {
  story.clone.write('.mlchainrc', '# nothing yet\n');
  assert.match(await refused(story, 2, 'layout', 'new'), /\.mlchainrc names no steps/);
  story.clone.remove('.mlchainrc');
  assert.match(await refused(story, 2, 'layout', 'new'), /there is no \.mlchainrc[\s\S]*git mlchain init/);
  const { person } = story.clone;
  await person.git(['init', '-q', '--bare', 'bare.git']);
  const bare = await person.mlchain(['layout', 'new'], { cwd: person.at('bare.git'), code: 'any' });
  assert.is(bare.code, 2);
  assert.match(bare.stderr, /this repository is bare/);
});

layouts('a path that two steps would control is refused before the layout exists', async (story) => {
  story.clone.write('.mlchainrc', 'steps: { a: { products: [data/] }, b: { products: ["*.csv"] } }');
  story.clone.write('data/train.csv', '1');
  const stderr = await refused(story, 1, 'layout', 'new', '--functionary', story.olivia);
  assert.match(stderr, /a: data\/train\.csv is a product of step b too, so no release can ever pass/);
  assert.not(fs.existsSync(layoutFile(story)));
});

layouts(
  'a layout that is there is not overwritten; drafted anew by force, it keeps its identity',
  async (story) => {
    await draft(story);
    const before = layoutId(layoutOf(story).layout.readme);
    const stderr = await refused(story, 2, 'layout', 'new', '--functionary', story.olivia);
    assert.match(stderr, /there is a layout already[\s\S]*layout set/);
    await ok(story, 'layout', 'new', '--force', '--functionary', story.olivia);
    assert.is(layoutId(layoutOf(story).layout.readme), before);
    await story.clone.commit();
    story.clone.remove('.mlchain/root.layout');
    await ok(story, 'layout', 'new', '--functionary', story.olivia);
    assert.is(layoutId(layoutOf(story).layout.readme), before);
  },
);

layouts('sign signs with the only key, and says what comes next', async (story) => {
  await draft(story);
  const said = await ok(story, 'layout', 'sign');
  assert.match(said, new RegExp(`signed by Olivia <Olivia@example.org> {2}${story.olivia}`));
  assert.match(said, new RegExp(`git mlchain trust ${story.olivia}`));
  assert.is(layoutOf(story).envelope.signatures[0]?.keyid, story.olivia.toLowerCase());
});

layouts('several owners sign in turn, and an unfinished layout says who is missing', async (story) => {
  await draft(story);
  const oscar = await ownKey(story.clone, 'Oscar');
  await ok(story, 'trust', story.olivia, oscar);
  await story.clone.git('config', 'mlchain.ownerThreshold', '2');
  const first = await ok(story, 'layout', 'sign', '--key', story.olivia);
  assert.match(first, new RegExp(`1 signature still missing, of:\n {2}${oscar}`));
  assert.match(first, /the others sign it in turn/);
  const shown = JSON.parse((await run(story, 'layout', 'show', '--json')).stdout);
  assert.is(shown.signing.complete, false);
  assert.equal(shown.signing.missing, [{ fingerprint: oscar, name: '' }]);
  const second = await ok(story, 'layout', 'sign', '--key', oscar);
  assert.match(second, /it is in force once it is committed/);
  assert.is(layoutOf(story).envelope.signatures.length, 2);
  await ok(story, 'layout', 'sign', '--key', oscar);
  assert.is(layoutOf(story).envelope.signatures.length, 2);
  assert.ok(fs.existsSync(path.join(story.clone.path, '.mlchain/keys', `${oscar}.asc`)));
});

layouts(
  'a layout is never as old as the one it replaces: of one second, it would be a rollback',
  async (story) => {
    await draft(story);
    await ok(story, 'layout', 'sign');
    await story.clone.commit();
    for (const expires of ['2y', '3y']) {
      const before = signedAt(story);
      await ok(story, 'layout', 'set', '--expires', expires);
      await ok(story, 'layout', 'sign');
      assert.ok(signedAt(story) > before);
      await story.clone.commit();
    }
    const soon = Math.floor(Date.now() / 1000) + 2;
    await committedAt(story, soon);
    await ok(story, 'layout', 'sign');
    assert.ok(signedAt(story) > soon, 'another owner`s clock is a little ahead');
  },
);

layouts(
  'where another owner`s clock is far ahead, it is said until when it would be a rollback',
  async (story) => {
    await draft(story);
    await ok(story, 'layout', 'sign');
    const later = Math.floor(Date.now() / 1000) + 3600;
    await committedAt(story, later);
    const stderr = await refused(story, 1, 'layout', 'sign');
    assert.match(stderr, `signed at ${new Date(later * 1000).toISOString()}, which is still to come`);
    assert.is(signedAt(story), later, 'left as it was');
  },
);

layouts('whoever signs without being a pinned owner is told so', async (story) => {
  await draft(story);
  await ok(story, 'trust', story.alice);
  const said = await ok(story, 'layout', 'sign');
  assert.match(said, /does not count that key among the owners/);
});

layouts('a layout with an error is not signed', async (story) => {
  await draft(story);
  const text = fs.readFileSync(layoutFile(story), 'utf8').replace('"prepare"\n', '"perpare"\n');
  fs.writeFileSync(layoutFile(story), text);
  const stderr = await refused(story, 1, 'layout', 'sign');
  assert.match(stderr, /there is no step named perpare/);
  assert.equal(layoutOf(story).envelope.signatures, []);
});

layouts('a key that cannot sign is a clear error, and the layout stays as it was', async (story) => {
  await draft(story);
  assert.match(await refused(story, 1, 'layout', 'sign', '--key', story.alice), /no secret key fits/);
  assert.equal(layoutOf(story).envelope.signatures, []);
});

layouts('set changes what it is told, drops the signatures, and keeps the identity', async (story) => {
  await draft(story);
  await ok(story, 'layout', 'sign');
  const before = layoutOf(story).layout;
  const said = await ok(
    story,
    'layout',
    'set',
    '--functionary',
    'train=../alice.asc',
    '--threshold',
    'train=2',
    '--expires',
    '30d',
  );
  assert.match(said, /expires in 30 days/);
  assert.match(said, /its signatures are gone/);
  const { envelope, layout } = layoutOf(story);
  assert.equal(envelope.signatures, []);
  assert.is(layout.readme, before.readme);
  assert.is(layout.steps[1]?.threshold, 2);
  assert.equal(layout.steps[1]?.pubkeys, [story.olivia.toLowerCase(), story.alice.toLowerCase()]);
});

layouts('set removes a functionary from one step or from all', async (story) => {
  await draft(story);
  await ok(story, 'layout', 'set', '--functionary', 'train=../alice.asc');
  await ok(story, 'layout', 'set', '--remove-functionary', `train=${story.alice}`);
  assert.equal(layoutOf(story).layout.steps[1]?.pubkeys, [story.olivia.toLowerCase()]);
  await ok(story, 'layout', 'set', '--remove-functionary', story.alice);
  const { layout } = layoutOf(story);
  assert.equal([...layout.keys.keys()], [story.olivia.toLowerCase()]);
  assert.match(
    await refused(story, 2, 'layout', 'set', '--remove-functionary', story.alice),
    /is no functionary of any step/,
  );
  assert.match(
    await refused(story, 2, 'layout', 'set', '--remove-functionary', story.olivia),
    /expected at least 1 functionaries, found 0/,
  );
});

layouts('set without a change, or that changes nothing, leaves the signatures alone', async (story) => {
  await draft(story);
  await ok(story, 'layout', 'sign');
  assert.match(await refused(story, 2, 'layout', 'set'), /nothing to change: give one of --functionary/);
  assert.match(
    await ok(story, 'layout', 'set', '--functionary', `train=${story.olivia}`),
    /says that already/,
  );
  assert.is(layoutOf(story).envelope.signatures.length, 1);
});

layouts('a certificate that is given again is joined with the one that is kept', async (story) => {
  await draft(story);
  const file = path.join(story.clone.path, '.mlchain/keys', `${story.alice}.asc`);
  const kept = fs.readFileSync(file, 'utf8');
  await ok(story, 'layout', 'set', '--functionary', 'train=../alice.asc');
  assert.is(fs.readFileSync(file, 'utf8'), kept);
});

layouts('check ends with 0 on warnings and with 1 on errors', async (story) => {
  await draft(story);
  const fine = await run(story, 'layout', 'check');
  assert.is(fine.code, 0);
  assert.match(
    fine.stdout,
    /^warning: prepare, materials rule 1: no step makes it, so nobody signs for it \(ALLOW raw\/\*\)$/m,
  );
  assert.match(fine.stdout, /0 errors, 4 warnings\n$/);
  story.clone.write('data/a', '1');
  fs.writeFileSync(
    layoutFile(story),
    fs.readFileSync(layoutFile(story), 'utf8').replaceAll('model/*', 'data/*'),
  );
  const wrong = await run(story, 'layout', 'check', '--json');
  assert.is(wrong.code, 1);
  const report = JSON.parse(wrong.stdout);
  assert.is(report.errors, 1);
  assert.equal(
    { ...report.problems[0], message: '' },
    {
      code: 'two-steps',
      severity: 'error',
      item: 'prepare',
      list: null,
      rule: null,
      index: null,
      other: 'train',
      subject: 'data/a',
      message: '',
    },
  );
});

layouts('check lists everything that is malformed, all of it as errors', async (story) => {
  await draft(story);
  const text = fs.readFileSync(layoutFile(story), 'utf8');
  fs.writeFileSync(
    layoutFile(story),
    text.replaceAll('"threshold": 1', '"threshold": 0').replace('"ALLOW"', '"PERMIT"'),
  );
  const { code, stdout } = await run(story, 'layout', 'check');
  assert.is(code, 1);
  assert.is(stdout.match(/^error: .*threshold.*found 0$/gm)?.length, 2);
  assert.match(stdout, /^error: .*"PERMIT"$/m);
});

layouts('check finds a sublayout among the files', async (story) => {
  await draft(story);
  story.clone.write('links/train.0123abcd.link', fs.readFileSync(layoutFile(story)));
  story.clone.write('links/prepare.0123abcd.link', 'not json');
  const { code, stdout } = await run(story, 'layout', 'check');
  assert.is(code, 1);
  assert.match(stdout, /^error: train: its evidence is a layout of its own/m);
  assert.not.match(stdout, /prepare: its evidence/);
});

layouts('a truncated layout and a missing one are clear errors to every command', async (story) => {
  for (const command of ['check', 'show', 'sign']) {
    assert.match(
      await refused(story, 2, 'layout', command),
      /there is no layout: \.mlchain\/root\.layout[\s\S]*layout new/,
    );
  }
  await draft(story);
  fs.truncateSync(layoutFile(story), 200);
  for (const command of ['check', 'show', 'sign']) {
    assert.match(
      await refused(story, 2, 'layout', command),
      /\.mlchain\/root\.layout: [\s\S]*git checkout HEAD/,
    );
  }
  assert.is(fs.statSync(layoutFile(story)).size, 200);
});

layouts('show tells the layout in plain words and draws its steps', async (story) => {
  await draft(story);
  const { code, stdout } = await run(story, 'layout', 'show');
  assert.is(code, 0);
  assert.match(stdout, /^layout [0-9a-f]{32}, expires in 365 days/);
  assert.match(stdout, /not signed yet\nthis clone trusts no owner yet/);
  assert.match(stdout, / {2}prepare {2}●\n {2}train {4}└─▶●\n/);
  assert.match(stdout, /data\/\* +accepted if exactly as prepare made it/);
});

layouts('names in a layout cannot steer the terminal', async (story) => {
  story.clone.write('.mlchainrc', 'steps: { train: { products: ["a\\u001b[2J/"] } }');
  await ok(story, 'layout', 'new', '--functionary', story.olivia);
  for (const command of ['show', 'check']) {
    const { stdout } = await run(story, 'layout', command);
    assert.match(stdout, /a\\033\[2J/);
    assert.not.match(stdout, '\x1b');
  }
});

layouts('a certificate that cannot be read is named and takes nothing from the others', async (story) => {
  await draft(story);
  story.clone.write('.mlchain/keys/junk.asc', 'junk');
  const { code, stdout, stderr } = await run(story, 'layout', 'show');
  assert.is(code, 0);
  assert.match(stderr, /warning: \.mlchain\/keys\/junk\.asc is not read/);
  assert.match(stdout, /Alice <alice@example\.org>/);
});

layouts.run();
