import { createCipheriv } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// What years of work leave behind: notes of others, many files, a large pack. Recorded, pushed, verified, and nothing lost.

const story = stories('large repositories');

/** `BIG_PACK_MB=800` takes minutes; by itself the story does with less, which is beyond every buffer as well. */
const PACK_MB = Number(process.env.BIG_PACK_MB ?? 64);

/** A stream for `git fast-import`, which makes a commit of it on top of HEAD. */
async function fastImport(
  member: Member,
  branch: string,
  parts: Iterable<string | Uint8Array>,
): Promise<void> {
  const file = member.person.at('import');
  const target = fs.openSync(file, 'w');
  const from = await member.head();
  fs.writeSync(
    target,
    `commit refs/heads/${branch}\ncommitter Alice <alice@example.org> 1 +0000\ndata 6\nimport\n`,
  );
  fs.writeSync(target, `from ${from}\n`);
  for (const part of parts) fs.writeSync(target, Buffer.from(part));
  fs.closeSync(target);
  await member.person.exec(
    'sh',
    ['-c', 'git -c pack.compression=0 -c fastimport.unpackLimit=0 fast-import --quiet <"$0"', file],
    {
      cwd: member.clone,
    },
  );
  fs.rmSync(file);
}

story('2,000 notes that plain git wrote beside ours stay, and ours count', async ({ team }) => {
  const { alice, carl, host } = team;
  const commits = await many(alice, 2000);
  const notes = commits.map((id) => `N inline ${id}\ndata 9\nby git ${id.slice(0, 1)}\n\n`).join('');
  for (const ref of ['refs/notes/commits', alice.notes]) {
    const old = await alice.tries(['rev-parse', '-q', '--verify', ref]);
    const from = old.code === 0 ? `from ${ref}^0\n` : '';
    const input = `commit ${ref}\ncommitter A <a> 1 +0000\ndata 1\nm\n${from}${notes}`;
    await alice.tries(['fast-import', '--quiet'], { input, code: 0 });
  }
  // From here on git itself keeps the tree of this ref fanned out.
  await alice.git('notes', '--ref', alice.notes, 'append', '-m', 'a word by hand', 'HEAD');
  await alice.git('notes', '--ref', alice.notes, 'append', '-m', 'another', commits[0] ?? '');
  assert.match(await alice.git('ls-tree', '--name-only', alice.notes), /^[0-9a-f]{2}$/m);
  const foreign = await alice.git('rev-parse', 'refs/notes/commits');
  const before = await notesIn(alice, alice.notes);
  assert.ok(before.size > 2000);

  alice.write('data/more.txt', 'kiwi\n');
  const commit = await alice.commit('more');
  await alice.push();
  const after = await notesIn(alice, alice.notes);
  for (const [object, text] of before) assert.is(after.get(object), text, 'kept, byte by byte');
  assert.equal(
    [...after.keys()].filter((object) => !before.has(object)),
    [commit],
  );
  assert.is(await alice.git('rev-parse', 'refs/notes/commits'), foreign);
  await alice.git('fsck', '--strict', '--no-dangling');

  // What plain git wrote is no evidence, and nobody's push carries it.
  assert.equal(
    [...(await notesIn(host, alice.notes)).values()].filter((text) => text.includes('by git')),
    [],
  );
  await carl.pull();
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
  // In her own ref it is said of each line that it is none of ours; it makes nothing bad.
  assertVerdict(await alice.verify('--history', '--strict'), 'verified', ['warning malformed-evidence']);
});

/** Object → text, as git itself reads them. */
async function notesIn(member: Member, ref: string): Promise<ReadonlyMap<string, string>> {
  const listed = (await member.git('notes', '--ref', ref, 'list')).split('\n').map((line) => line.split(' '));
  const input = listed.map(([blob]) => `${blob}\n`).join('');
  const { stdout } = await member.tries(['cat-file', '--batch=%(objectsize)'], { input, code: 0 });
  const notes = new Map<string, string>();
  let rest = Buffer.from(stdout);
  for (const [, object = ''] of listed) {
    const end = rest.indexOf('\n');
    const size = Number(rest.subarray(0, end).toString());
    notes.set(object, rest.subarray(end + 1, end + 1 + size).toString());
    rest = rest.subarray(end + 2 + size);
  }
  return notes;
}

story('100,000 files beside the controlled ones are nobody’s burden', async ({ team }) => {
  const { alice, carl } = team;
  const files = Array.from({ length: 100_000 }, (_, at) => {
    const content = String(at % 97);
    return `M 100644 inline archive/${at % 256}/${at}.txt\ndata ${content.length}\n${content}\n`;
  });
  await fastImport(alice, 'main', files);
  // In the tree and in the index, not on the disk of whoever runs the tests.
  await alice.git('sparse-checkout', 'set', 'data', 'raw', 'scripts');
  await alice.git('reset', '-q', '--hard');
  assert.is((await alice.git('ls-files', 'archive')).split('\n').length, 100_000);
  await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', 'echo fig >data/more.txt');
  await alice.commit('prepared again');
  await alice.git('rm', '-rq', '--sparse', 'archive/7');
  await alice.commit('fewer files');
  await alice.push();
  await carl.git('fetch', '-q');
  const warnings = ['warning command-differs'];
  assertVerdict(await carl.verify('--history', '--strict', 'origin/main'), 'verified', warnings);
  assertVerdict(await alice.verify('--history', '--strict'), 'verified', warnings);
});

story('a pack of incompressible data is recorded, pushed and verified', async ({ team }) => {
  const { alice, carl } = team;
  const commit = await alice.head();
  // Git would look for deltas between files of this size, in vain and for minutes.
  await alice.git('config', 'core.bigFileThreshold', '1m');
  await fastImport(alice, 'main', incompressible(PACK_MB));
  await alice.git('reset', '-q', '--hard');
  assert.ok(packed(alice) > PACK_MB * 1e6);
  assertVerdict(await alice.verify('--history'), 'violated', violations(PACK_MB));
  await alice.git('mlchain', 'record', '--yes', `${commit}..HEAD`);
  await alice.push();
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('--history', '--strict', 'origin/main'), 'verified');
});

/** Files of 8 MiB below `data`: the key stream of a cipher, the same in every run. */
function* incompressible(megabytes: number): Generator<string | Uint8Array> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
  for (let at = 0; at < megabytes; at += 8) {
    yield `M 100644 inline data/large-${at}.bin\ndata ${8 << 20}\n`;
    yield cipher.update(Buffer.alloc(8 << 20));
    yield '\n';
  }
}

function violations(megabytes: number): readonly string[] {
  const files = Array.from({ length: Math.ceil(megabytes / 8) }, (_, at) => `data/large-${8 * at}.bin`);
  return files.map((file) => `violation uncovered ${file}`);
}

function packed({ clone }: Member): number {
  const directory = path.join(clone, '.git/objects/pack');
  return Math.max(...fs.readdirSync(directory).map((name) => fs.statSync(path.join(directory, name)).size));
}

async function many(member: Member, number: number): Promise<readonly string[]> {
  const commits = Array.from({ length: number }, (_, at) => {
    return `commit refs/heads/old-${at}\nmark :${at + 1}\ncommitter A <a> 1 +0000\ndata ${String(at).length}\n${at}\n`;
  });
  const marks = member.person.at('marks');
  await member.tries(['fast-import', '--quiet', `--export-marks=${marks}`], {
    input: commits.join(''),
    code: 0,
  });
  return fs
    .readFileSync(marks, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
}

story.run();
