import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import type { ExecResult } from '../support/exec.ts';
import { exec } from '../support/exec.ts';
import { plant, sign } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { projectRoot } from '../support/person.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';
import type { Team } from '../support/team.ts';
import { makeTeam } from '../support/team.ts';

interface Download {
  readonly team: Team;
  readonly scratch: Scratch;
  /** What Olivia offers for download. */
  readonly bundle: string;
  readonly model: string;
}

const story = suite<Download>('a bundle');
const program = path.join(projectRoot, 'dist/git-mlchain.cjs');

story.before(async (context) => {
  const team = await makeTeam();
  const scratch = makeScratch();
  const bundle = path.join(scratch.path, 'model.mlchain.jsonl');
  await team.olivia.mlchain('export', '--bundle', bundle);
  const model = scratch.write('download/weights.txt', team.olivia.read('model/weights.txt'));
  Object.assign(context, { team, scratch, bundle, model });
});

story.after(async ({ team, scratch }) => {
  await team.cleanup();
  scratch.cleanup();
});

/** Somebody with a download directory and Node: no git on the path, no repository around, nothing at home. */
function stranger({ scratch }: Download, args: readonly string[]): Promise<ExecResult> {
  const cwd = path.join(scratch.path, 'download');
  const env = { PATH: path.join(scratch.path, 'nothing'), HOME: cwd };
  return exec(process.execPath, [program, 'verify', ...args], env, { cwd, code: 'any' });
}

function owner({ team }: Download): readonly string[] {
  return ['--owner', team.olivia.fingerprint];
}

story('whoever downloads a package needs no repository, no git and no network', async (context) => {
  const { stdout, code } = await stranger(context, [
    '--bundle',
    context.bundle,
    'weights.txt',
    ...owner(context),
  ]);
  assert.is(code, 0);
  const commit = await context.team.olivia.head();
  assert.match(
    stdout,
    new RegExp(
      `^verified: release of ${commit.slice(0, 7)} as bundled on \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ, 1 warning$`,
      'm',
    ),
  );
  assert.match(stdout, /^ {2}train +verified +Bob$/m);
  assert.match(stdout, /^ {2}weights\.txt +is model\/weights\.txt +train$/m);
  assert.match(stdout, /inspections were not run/);
});

story('as JSON it says what each artifact is', async (context) => {
  const { stdout } = await stranger(context, [
    '--json',
    '--bundle',
    context.bundle,
    'weights.txt',
    ...owner(context),
  ]);
  const { bundle, verdict } = JSON.parse(stdout);
  assert.is(verdict, 'verified');
  assert.equal(bundle.artifacts, [
    {
      file: 'weights.txt',
      sha256: sha256Hex(fs.readFileSync(context.model)),
      product: 'model/weights.txt',
      step: 'train',
    },
  ]);
});

story('the owner may come from the environment or from the clone around', async (context) => {
  const { team, bundle, model } = context;
  const env = { MLCHAIN_OWNER: team.olivia.fingerprint };
  const given = await team.mallory.person.mlchain(['verify', '--bundle', bundle, model], { env });
  assert.match(given.stdout, /^verified/);
  assert.match(await team.carl.mlchain('verify', '--bundle', bundle, model), /^verified/);
});

story('without an owner to trust it is incomplete, and with another one violated', async (context) => {
  const { team, bundle } = context;
  const nobody = await stranger(context, ['--bundle', bundle, 'weights.txt']);
  assert.is(nobody.code, 3);
  assert.match(nobody.stdout, /^incomplete: .*\n.*\n\nincomplete: no owner is pinned/);
  assert.match(nobody.stderr, /--owner FPR/);
  const wrong = await stranger(context, [
    '--bundle',
    bundle,
    'weights.txt',
    '--owner',
    team.mallory.fingerprint,
  ]);
  assert.is(wrong.code, 1);
  assert.match(wrong.stdout, /\[layout-untrusted\]/);
});

story('a threshold of owners is not met by one', async (context) => {
  const args = ['--bundle', context.bundle, 'weights.txt', ...owner(context)];
  const more = ['--owner', context.team.mallory.fingerprint, '--owner-threshold', '2'];
  const { code, stdout } = await stranger(context, [...args, ...more]);
  assert.is(code, 1);
  assert.match(stdout, /expected 2, found 1/);
});

story(
  'an altered package, one of an earlier step and one from elsewhere are refused by name',
  async (context) => {
    const { scratch, team } = context;
    const altered = Buffer.from(fs.readFileSync(context.model));
    altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
    scratch.write('altered/weights.txt', altered);
    scratch.write('download/words.txt', team.olivia.read('data/words.txt'));
    scratch.write('download/other.bin', 'other');
    const ask = async (file: string) =>
      await stranger(context, ['--bundle', context.bundle, file, ...owner(context)]);
    for (const [file, words] of [
      ['../altered/weights.txt', /the name of model\/weights\.txt, another content/],
      ['words.txt', /data\/words\.txt, which prepare made; expected a product of the last step, train/],
      ['other.bin', /no product of the last step, train/],
    ] as const) {
      const { code, stdout } = await ask(file);
      assert.is(code, 1, file);
      assert.match(stdout, words);
      assert.match(stdout, /\[artifact-mismatch\]/);
    }
  },
);

story('a directory is checked file by file', async (context) => {
  const { team, scratch } = context;
  scratch.write('download/model/weights.txt', team.olivia.read('model/weights.txt'));
  const args = ['--bundle', context.bundle, 'model', ...owner(context)];
  assert.is((await stranger(context, args)).code, 0);
  scratch.write('download/model/extra.so', 'extra');
  const { code, stdout } = await stranger(context, args);
  assert.is(code, 1);
  assert.match(stdout, /^ {2}model\/extra\.so +no product of this chain$/m);
});

story('with no artifact only the chain is checked, and that is said', async (context) => {
  const { code, stderr } = await stranger(context, ['--bundle', context.bundle, ...owner(context)]);
  assert.is(code, 0);
  assert.match(stderr, /no artifact was given, so only the chain was checked/);
});

story('what is not there, or is no bundle, is bad input', async (context) => {
  context.scratch.write('download/text', 'hello\n');
  const bad: readonly (readonly [readonly string[], RegExp])[] = [
    [['--bundle', 'nowhere', ...owner(context)], /nowhere: .*ENOENT/],
    [['--bundle', 'text', ...owner(context)], /this is no bundle/],
    [['--bundle', '/dev/null', ...owner(context)], /expected a regular file/],
    [['--bundle', context.bundle, 'none', ...owner(context)], /cannot read the artifact 'none': ENOENT/],
    [['--bundle', context.bundle, '--owner', 'short'], /expected an owner's fingerprint of 40 hex digits/],
  ];
  for (const [args, words] of bad) {
    const { code, stderr } = await stranger(context, args);
    assert.is(code, 2, args.join(' '));
    assert.match(stderr, words);
  }
});

/** Numbers that are the same in every run: Park and Miller's generator. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 48271) % 2147483647;
    yield state;
  }
}

story('one byte altered anywhere – header, layout, certificate, link – fails', async (context) => {
  const bytes = fs.readFileSync(context.bundle);
  const lines = bytes.toString('utf8').split('\n');
  const random = numbers(20261122);
  const kinds = new Map<string, [start: number, length: number]>();
  let start = 0;
  for (const line of lines.slice(0, -1)) {
    const { _type, signed } = JSON.parse(line);
    kinds.set(_type ?? signed._type, [start, line.length + 1]);
    start += line.length + 1;
  }
  assert.equal([...kinds.keys()].sort(), ['certificate', 'layout', 'link', 'mlchain-bundle']);
  const file = path.join(context.scratch.path, 'flipped.jsonl');
  for (const [kind, [from, length]] of kinds) {
    for (let time = 0; time < 8; time++) {
      const at = from + (random.next().value % length);
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ (1 + (random.next().value % 255)), at);
      fs.writeFileSync(file, altered);
      const { code, stdout } = await stranger(context, ['--bundle', file, 'weights.txt', ...owner(context)]);
      assert.ok(code === 1 || code === 2, `${kind} at ${at}: ${code}`);
      assert.not.match(stdout, /^verified/m);
    }
  }
  assert.is(
    (await stranger(context, ['--bundle', context.bundle, 'weights.txt', ...owner(context)])).code,
    0,
  );
});

story('what does not verify is not bundled, and the file that is there stays', async (context) => {
  const team = await context.team.copy();
  const file = context.scratch.write('kept.jsonl', 'kept');
  team.mallory.write('model/weights.txt', 'poison');
  await team.mallory.commitWithoutHooks('a quick fix');
  const { code, stderr } = await team.mallory.tries(['mlchain', 'export', '--bundle', file]);
  assert.is(code, 1);
  assert.match(stderr, /this chain does not verify, so no bundle of it is written: train: /);
  assert.is(fs.readFileSync(file, 'utf8'), 'kept');
  // The commit before it still holds.
  await team.mallory.mlchain('export', '--bundle', file, 'HEAD~1');
  assert.match(fs.readFileSync(file, 'utf8'), /^\{"_type":"mlchain-bundle"/);
  await team.cleanup();
});

story('inspections run before a bundle is written, unless they are not wanted', async (context) => {
  const team = await context.team.copy();
  const { alice, bob, olivia } = team;
  alice.write('data/words.txt', 'pear\nfig\napple\n');
  await alice.commit('in an order of her own');
  await alice.push();
  await bob.pull();
  await bob.work('train');
  await bob.push();
  await olivia.pull();
  const file = path.join(context.scratch.path, 'uninspected.jsonl');
  const { code, stderr } = await olivia.tries(['mlchain', 'export', '--bundle', file]);
  assert.is(code, 1);
  assert.match(stderr, /inspection rebuild failed/);
  assert.not(fs.existsSync(file));
  await olivia.mlchain('export', '--bundle', file, '--no-inspect');
  assert.ok(fs.existsSync(file));
  await team.cleanup();
});

/** A revocation of a path at a commit, in the notes of whoever says so. */
async function revoke(by: Member, commit: string, file: string): Promise<void> {
  const line = await sign(by, {
    _type: 'revocation',
    version: 1,
    commit,
    artifacts: { [file]: [sha256Hex(by.read(file))] },
    wholeCommit: false,
    undo: null,
    reason: 'labels 2 and 5 were swapped',
    recorded: '2026-11-22T08:00:00Z',
  });
  await plant(by, by, commit, line);
}

story(
  'what was made from a revoked dataset is not bundled; a bundle from before says when it was made',
  async (context) => {
    const team = await context.team.copy();
    const { alice } = team;
    const before = path.join(context.scratch.path, 'before.jsonl');
    await alice.mlchain('export', '--bundle', before);
    await revoke(alice, await alice.head(), 'data/words.txt');
    const { code, stderr } = await alice.tries(['mlchain', 'export', '--bundle', before]);
    assert.is(code, 1);
    assert.match(stderr, /would refuse it: .*labels 2 and 5 were swapped/);
    const { stdout } = await stranger(context, ['--bundle', before, 'weights.txt', ...owner(context)]);
    assert.match(stdout, /^verified: .* as bundled on /);
    await team.cleanup();
  },
);

story('a stranger’s revocation keeps nobody from bundling', async (context) => {
  const team = await context.team.copy();
  await revoke(team.mallory, await team.mallory.head(), 'data/words.txt');
  const file = path.join(context.scratch.path, 'undisturbed.jsonl');
  await team.mallory.mlchain('export', '--bundle', file);
  assert.not.match(fs.readFileSync(file, 'utf8'), /"revocation"/);
  await team.cleanup();
});

story('a clone that has lost all notes gets the evidence back from a bundle', async (context) => {
  const { team, scratch, bundle } = context;
  const clone = path.join(scratch.path, 'bare-clone');
  await team.carl.person.git(['clone', '-q', team.carl.clone, clone]);
  const carl = team.carl.in(clone);
  await carl.git('remote', 'remove', 'origin');
  await carl.mlchain('trust', team.olivia.fingerprint);
  assert.is((await carl.verify()).verdict, 'violated');
  const said = await carl.mlchain('import', bundle);
  assert.match(said, /^source: the link of Olivia \(key [0-9A-F]{16}\), noted on [0-9a-f]{7}$/m);
  assertVerdict(await carl.verify(), 'verified');
});

story('an altered bundle is imported from not at all', async (context) => {
  const { team, scratch, bundle } = context;
  const file = scratch.write('damaged.jsonl', fs.readFileSync(bundle, 'utf8').replace('"train"', '"trainX"'));
  const { code, stderr } = await team.carl.tries(['mlchain', 'import', file]);
  assert.is(code, 2);
  assert.match(stderr, /the bundle was altered/);
});

story('where nothing is pinned nothing can be bundled', async (context) => {
  const team = await context.team.copy();
  await team.carl.git('config', '--unset-all', 'mlchain.owner');
  const { code, stderr } = await team.carl.tries(['mlchain', 'export', '--bundle', '../x.jsonl']);
  assert.is(code, 3);
  assert.match(stderr, /the chain cannot be checked, so it cannot be exported/);
  await team.cleanup();
});

story('one form at a time', async ({ team }) => {
  for (const args of [[], ['--bundle', '../x', '--in-toto', '../y']]) {
    const { code, stderr } = await team.olivia.tries(['mlchain', 'export', ...args]);
    assert.is(code, 2);
    assert.match(stderr, /expected one of --in-toto DIR, --bundle FILE and --attestations DIR/);
  }
});

story('what a bundle cannot be asked is refused', async (context) => {
  for (const option of [['--history'], ['--for', 'train'], ['--in-toto', '.'], ['--product', '.']]) {
    const { code, stderr } = await stranger(context, ['--bundle', context.bundle, ...option]);
    assert.is(code, 2);
    assert.match(stderr, new RegExp(`${option[0]} does not go with --bundle`));
  }
});

story('several revisions are several only for a bundle’s artifacts', async ({ team }) => {
  const { code, stderr } = await team.olivia.tries(['mlchain', 'verify', 'HEAD', 'HEAD~1']);
  assert.is(code, 2);
  assert.match(stderr, /too many arguments/);
});

story.run();
