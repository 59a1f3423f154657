import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// The chain handed to people who have in-toto and no git-mlchain: Debian's in-toto-verify accepts what we export, and
// rejects it after any one byte was flipped – as our own verifier does, given the same directory.

const story = stories('export for in-toto');

/** How many bytes of each file are tried; each takes in-toto half a second. */
const FLIPS = 4;

story('in-toto-verify accepts what we verified, and so do we, without a repository', async ({ team }) => {
  const out = await exported(team);
  const names = fs.readdirSync(out.directory).map((name) => name.replace(/\.[0-9a-f]{8}\./, '.'));
  assert.equal(names.sort(), ['keys', 'prepare.link', 'product', 'root.layout', 'source.link', 'train.link']);
  await bothSay(out, true);
});

story('both reject it after one flipped byte in any link or the layout', async ({ team }) => {
  const out = await exported(team);
  const files = fs.readdirSync(out.directory).filter((name) => /\.(link|layout)$/.test(name));
  assert.is(files.length, 4);
  for (const file of files.map((name) => path.join(out.directory, name))) {
    await flipEach(out, file, placesIn(file));
  }
  await bothSay(out, true);
});

story('where in-toto drops what it does not know, we look', async ({ team }) => {
  const out = await exported(team);
  const file = path.join(out.directory, 'root.layout');
  const good = fs.readFileSync(file);
  flip(file, good, good.indexOf('"_type": "step"') + '"_type": "s'.length);
  const { theirs, ours } = await verdicts(out);
  assert.equal([theirs.code, ours.code], [0, 1]);
});

story('both reject it after one flipped byte in any file of the product', async ({ team }) => {
  const out = await exported(team);
  const product = path.join(out.directory, 'product');
  const files = ['raw', 'scripts', 'data', 'model'].flatMap((directory) =>
    fs.readdirSync(path.join(product, directory)).map((name) => path.join(product, directory, name)),
  );
  assert.is(files.length, 6);
  for (const file of files) await flipEach(out, file, [Math.floor(fs.statSync(file).size / 2)]);
  await bothSay(out, true);
});

story('both reject a product with a file too many, and one too few links', async ({ team }) => {
  const out = await exported(team);
  const added = path.join(out.directory, 'product/data/poison.txt');
  fs.writeFileSync(added, 'poison\n');
  await bothSay(out, false);
  fs.rmSync(added);
  await bothSay(out, true);
  const [link = ''] = fs.readdirSync(out.directory).filter((name) => name.startsWith('prepare.'));
  fs.rmSync(path.join(out.directory, link));
  await bothSay(out, false);
});

story('a step that two have to agree on is exported with the links of both', async ({ team }) => {
  const { olivia, alice, carl } = team;
  const certificate = path.join(olivia.clone, `.mlchain/keys/${alice.fingerprint}.asc`);
  await olivia.git(
    'mlchain',
    'layout',
    'set',
    '--functionary',
    `train=${certificate}`,
    '--threshold',
    'train=2',
  );
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('two train');
  await olivia.push();
  await alice.pull();
  await alice.git('mlchain', 'record', '--yes', '--step', 'train', 'HEAD');
  await alice.git('mlchain', 'sync');
  await carl.pull();
  const out = await exported(team);
  const links = fs.readdirSync(out.directory).filter((name) => name.startsWith('train.'));
  assert.is(links.length, 2);
  await bothSay(out, true);
  fs.rmSync(path.join(out.directory, links[0] ?? ''));
  await bothSay(out, false);
});

story('an older release is exported as it was', async ({ team }) => {
  const { alice, bob, carl } = team;
  alice.write('data/words.txt', 'apple\nquince\n');
  await alice.commit('new data');
  await alice.push();
  await bob.pull();
  await bob.work('train');
  await bob.push();
  await carl.pull();
  await bothSay(await exported(team, 'HEAD~2'), true);
  assert.is(fs.readFileSync(carl.person.at('out/product/data/words.txt'), 'utf8'), 'apple\nfig\npear\n');
});

story('nothing is written into the checkout, nor over anything', async ({ team: { carl } }) => {
  for (const target of ['.', 'out', 'data/out', '.git/out', '../filled']) {
    if (target === '../filled') carl.write('../filled/file', '');
    const { code, stderr } = await carl.tries(['mlchain', 'export', '--in-toto', target]);
    assert.is(code, 2, `${target}: ${stderr}`);
  }
  assert.is(await carl.git('status', '--porcelain', '--ignored'), '');
  assert.equal(fs.readdirSync(carl.person.at('filled')), ['file']);
});

interface Exported {
  readonly reader: Member;
  readonly owner: string;
  /** Absolute. */
  readonly directory: string;
}

/** Carl exports, and has the certificates in his GnuPG keyring. */
async function exported({ carl, olivia }: Team, revision = 'HEAD'): Promise<Exported> {
  const directory = carl.person.at('out');
  await carl.git('mlchain', 'export', '--in-toto', directory, revision);
  for (const name of fs.readdirSync(path.join(directory, 'keys'))) {
    await carl.person.gpg(['--quiet', '--import', path.join(directory, 'keys', name)]);
  }
  return { reader: carl, owner: olivia.fingerprint, directory };
}

/** Flips one byte each in some places, from first to last, and puts back what was there. */
async function flipEach(out: Exported, file: string, places: readonly number[]): Promise<void> {
  const good = fs.readFileSync(file);
  for (const at of places) {
    flip(file, good, at);
    await bothSay(out, false, `${path.basename(file)}, byte ${at}`);
  }
  fs.writeFileSync(file, good);
}

function flip(file: string, good: Buffer, at: number): void {
  const bad = Buffer.from(good);
  bad.writeUInt8(good.readUInt8(at) ^ 1, at);
  fs.writeFileSync(file, bad);
}

/** Within some of the values that a link or layout gives: digests, names, rules, keys, signatures. */
function placesIn(file: string): number[] {
  const text = fs.readFileSync(file, 'latin1');
  const values = [...text.matchAll(/"([^"\\]+)"(?!:)/g)].filter(({ index }) => !isUnread(text, index));
  assert.ok(values.length > FLIPS);
  return Array.from({ length: FLIPS }, (_, place) => {
    const value = values[Math.floor(((place + 0.5) * values.length) / FLIPS)];
    return (value?.index ?? 0) + 1 + Math.floor((value?.[1]?.length ?? 0) / 2);
  });
}

/** in-toto looks at the type of a layout and of a link, and never at the one of a step or inspection. */
function isUnread(text: string, index: number): boolean {
  return /"_type": $/.test(text.slice(0, index)) && /^"(step|inspection)"/.test(text.slice(index));
}

async function bothSay(out: Exported, good: boolean, where = 'unchanged'): Promise<void> {
  const { theirs, ours } = await verdicts(out);
  assert.is(theirs.code === 0, good, `in-toto, ${where}: ${theirs.stdout}\n${theirs.stderr}`);
  assert.is(ours.code === 0, good, `git-mlchain, ${where}: ${ours.stdout}\n${ours.stderr}`);
}

/** in-toto-verify, and `git mlchain verify --in-toto` somewhere outside of all repositories. */
async function verdicts(out: Exported) {
  const product = path.join(out.directory, 'product');
  const scratch = fs.mkdtempSync(out.reader.person.at('product-'));
  // in-toto runs inspections in the product itself.
  fs.cpSync(product, scratch, { recursive: true });
  const layout = path.join(out.directory, 'root.layout');
  const [theirs, ours] = await Promise.all([
    out.reader.person.exec(
      'in-toto-verify',
      ['--layout', layout, '--link-dir', out.directory, '--gpg', out.owner.toLowerCase()],
      { cwd: scratch, code: 'any' },
    ),
    out.reader.person.mlchain(
      [
        ...['verify', '--in-toto', out.directory, '--product', product],
        ...fs.readdirSync(path.join(out.directory, 'keys')).flatMap((name) => {
          const option = name.startsWith(out.owner) ? '--owner-cert' : '--cert';
          return [option, path.join(out.directory, 'keys', name)];
        }),
      ],
      { code: 'any' },
    ),
  ]);
  fs.rmSync(scratch, { recursive: true });
  return { theirs, ours };
}

story.run();
