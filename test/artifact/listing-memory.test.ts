import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Digester } from '../../src/artifact/digester.ts';
import type { Artifact } from '../../src/artifact/kind.ts';
import { listingFrom, listingToText, WrittenListing } from '../../src/artifact/listing-text.ts';
import { listWorkTree } from '../../src/artifact/work-tree.ts';
import { parseJson } from '../../src/intoto/json.ts';
import { files } from '../support/listings.ts';
import { seeded } from '../support/random.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

type Files = ReadonlyMap<string, Artifact>;

const sorted = (listing: Files) => [...listing].sort(([a], [b]) => (a < b ? -1 : 1));
const inData = (name: string) => name.startsWith('data/') && !name.endsWith('.no');

interface How {
  /** False: as if nothing had ever been remembered. */
  readonly remembers?: boolean;
  /** None: as if no listing had. */
  readonly question?: string;
}

/** Each time as another process would. */
async function listed(clone: WorkingClone, { remembers = true, question }: How = { question: 'data' }) {
  const digester = new Digester(clone.repo, remembers);
  const scope = { prefixes: ['data/'], question, ignored: true };
  const found = await listWorkTree(clone.repo, digester, inData, scope);
  digester.save();
  return found;
}

function listingFiles(clone: WorkingClone): string[] {
  const dir = path.join(clone.repo.commonDir, 'mlchain/listings/1');
  return fs.readdirSync(dir).map((name) => path.join(dir, name));
}

async function withTwoFiles(): Promise<WorkingClone> {
  const clone = await makeClone();
  clone.write('data/a', 'a');
  clone.write('data/b', 'b');
  clone.write('data/c.no', 'c');
  await clone.commit();
  return clone;
}

test('what an index names is remembered, and recalled without reading it again', async () => {
  const clone = await withTwoFiles();
  const expected = sorted(files({ 'data/a': 'a', 'data/b': 'b' }));
  assert.equal(sorted((await listed(clone)).files), expected);
  assert.is(listingFiles(clone).length, 1);
  // Where the digests of blobs are gone, only the listing can tell.
  fs.rmSync(path.join(clone.repo.commonDir, 'mlchain/digests'), { recursive: true });
  const { files: again } = await listed(clone);
  assert.instance(again, WrittenListing);
  assert.equal(sorted(again), expected);
  assert.not.ok(fs.existsSync(path.join(clone.repo.commonDir, 'mlchain/digests')), 'nothing was hashed');
  await clone.cleanup();
});

test('what git does not track is found anew each time', async () => {
  const clone = await withTwoFiles();
  await listed(clone);
  clone.write('data/new', 'new');
  const found = await listed(clone);
  assert.instance(found.files, WrittenListing);
  assert.equal(sorted(found.files), sorted(files({ 'data/a': 'a', 'data/b': 'b', 'data/new': 'new' })));
  assert.equal(found.untracked, ['data/new']);
  assert.ok(found.look.doubtful.has('data/new'));
  await clone.cleanup();
});

test('another question is another listing', async () => {
  const clone = await withTwoFiles();
  await listed(clone);
  const digester = new Digester(clone.repo);
  const scope = { prefixes: ['data/'], question: 'all of data', ignored: true };
  const { files: all } = await listWorkTree(clone.repo, digester, () => true, scope);
  assert.is(all.size, 3);
  assert.is((await listed(clone)).files.size, 2);
  await clone.cleanup();
});

test('a listing that was edited, renamed or written by somebody else is none', async () => {
  const clone = await withTwoFiles();
  await listed(clone);
  const [file = ''] = listingFiles(clone);
  const sound = fs.readFileSync(file, 'latin1');
  const expected = sorted(files({ 'data/a': 'a', 'data/b': 'b' }));
  const a = files({ a: 'a' }).get('a')?.digest ?? '';
  fs.writeFileSync(file, sound.replace(a, '0'.repeat(64)));
  assert.equal(sorted((await listed(clone)).files), expected, 'edited');
  fs.writeFileSync(file, sound.slice(0, 70));
  assert.equal(sorted((await listed(clone)).files), expected, 'cut off');
  clone.write('data/a', 'changed');
  await clone.commit();
  await listed(clone);
  const newer = listingFiles(clone).find((each) => each !== file) ?? '';
  fs.copyFileSync(file, newer);
  const changed = sorted(files({ 'data/a': 'changed', 'data/b': 'b' }));
  assert.equal(sorted((await listed(clone)).files), changed, 'one of another index under the name of this');
  fs.rmSync(path.join(clone.person.env.XDG_DATA_HOME ?? '', 'git-mlchain/seal'));
  assert.equal(sorted((await listed(clone)).files), changed, 'under another secret');
  await clone.cleanup();
});

test('no more than a few listings stay', async () => {
  const clone = await withTwoFiles();
  for (let at = 0; at < 20; at++) await listed(clone, { question: `question ${at}` });
  assert.is(listingFiles(clone).length, 16);
  await clone.cleanup();
});

test('a listing as text says what the listing says, and more is put behind it', () => {
  const listing = new Map<string, Artifact>([
    ...files({ plain: 'p', 'ä "quoted"\n': 'q', __proto__: 'o', '7': 's' }),
    ['lfs', { kind: 'lfs', digest: 'a'.repeat(64) }],
    ['data/', { kind: 'dvc:0123456789abcdef0123456789abcdef.dir', digest: 'dvc:…' }],
  ]);
  const text = listingToText(listing);
  assert.equal(listingFrom(parseJson(Buffer.from(text, 'latin1')), 'listing'), listing);
  const written = new WrittenListing(text);
  assert.is(written.size, listing.size);
  assert.equal([...written], [...listing]);
  assert.equal([...written.keys()], [...listing.keys()]);
  assert.equal([...written.values()], [...listing.values()]);
  assert.equal([...written.entries()], [...listing]);
  assert.equal(written.get('plain'), listing.get('plain'));
  assert.not.ok(written.has('other'));
  const visited: string[] = [];
  written.forEach((_artifact, name) => void visited.push(name));
  assert.equal(visited, [...listing.keys()]);
  const more = files({ more: 'm' });
  assert.equal([...written.with(more)], [...listing, ...more]);
  assert.equal([...new WrittenListing('{}').with(more)], [...more]);
  assert.is(new WrittenListing('{}').size, 0);
  assert.is(written.with(new Map()), written);
});

const NAMES = ['data/a', 'data/b', 'data/d/e', 'data/d/f', 'data/x.tmp', 'data/t.txt'];

/** What people, tools and people up to no good do to a work tree between two looks. */
const CHANGES: readonly ((clone: WorkingClone, name: string, pick: (n: number) => number) => unknown)[] = [
  (clone, name, pick) => clone.write(name, `content ${pick(3)}\n`),
  (clone, name, pick) => clone.write(name, `lines\r\n${pick(2)}\n`),
  (clone, name) => inPlace(clone, name),
  (clone, name) => fs.rmSync(path.join(clone.path, name), { recursive: true, force: true }),
  (clone, name, pick) => linkTo(clone, name, pick(2) === 0 ? 'b' : 'nowhere'),
  (clone, name) => fs.existsSync(at(clone, name)) && fs.chmodSync(at(clone, name), 0o755),
  (clone) => swapDirectory(clone),
  (clone) => clone.git('add', '--all'),
  (clone) => clone.commit(),
  (clone) => clone.git('commit', '--quiet', '--allow-empty', '-m', 'nothing'),
  (clone) => clone.git('checkout', '--quiet', '--force', 'HEAD', '--', '.'),
  (clone, name) => clone.git('rm', '--quiet', '--cached', '--ignore-unmatch', name),
  (clone, name) => told(clone, '--assume-unchanged', name),
  (clone, name) => told(clone, '--skip-worktree', name),
  (clone, name) => told(clone, '--no-assume-unchanged', name),
  (clone, name) => told(clone, '--no-skip-worktree', name),
  (clone) => clone.git('status', '--porcelain'),
  (clone, _name, pick) => clone.write('.gitattributes', pick(2) === 0 ? '*.txt text=auto\n' : ''),
  (clone, _name, pick) => clone.git('config', 'core.autocrlf', pick(2) === 0 ? 'input' : 'false'),
];

const at = (clone: WorkingClone, name: string) => path.join(clone.path, name);

/** As large as before, and as old. */
function inPlace(clone: WorkingClone, name: string): void {
  const stat = fs.lstatSync(at(clone, name), { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size === 0) return;
  const content = fs.readFileSync(at(clone, name));
  content[0] = (content[0] ?? 0) ^ 1;
  fs.writeFileSync(at(clone, name), content);
  fs.utimesSync(at(clone, name), stat.atime, stat.mtime);
}

function linkTo(clone: WorkingClone, name: string, target: string): void {
  fs.rmSync(at(clone, name), { recursive: true, force: true });
  fs.mkdirSync(path.dirname(at(clone, name)), { recursive: true });
  fs.symlinkSync(target, at(clone, name));
}

/** A directory exchanged for a link to one with the same files in it. */
function swapDirectory(clone: WorkingClone): void {
  const [from, to] = [at(clone, 'data/d'), at(clone, 'elsewhere')];
  if (fs.lstatSync(from, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  fs.rmSync(to, { recursive: true, force: true });
  fs.renameSync(from, to);
  fs.symlinkSync('../elsewhere', from);
}

async function told(clone: WorkingClone, option: string, name: string): Promise<void> {
  const tracked = await clone.git('ls-files', '--', name);
  if (tracked !== '') await clone.git('update-index', option, name);
}

test('after whatever changes, what is recalled is what would be found without memory', async () => {
  const random = seeded(20_261_129);
  const pick = (n: number) => Math.floor(random() * n);
  const clone = await withTwoFiles();
  clone.write('.gitignore', '*.tmp\n');
  let overtaken = 0;
  for (let round = 0; round < 40; round++) {
    const isCalm = pick(3) > 0;
    if (isCalm) await calm(clone);
    const before = await listed(clone);
    if (isCalm) assert.instance(before.files, WrittenListing);
    for (let count = 1 + pick(2); count > 0; count--) {
      const name = NAMES[pick(NAMES.length)] ?? '';
      await attempt(() => CHANGES[pick(CHANGES.length)]?.(clone, name, pick));
    }
    const found = await listed(clone);
    const expected = await listed(clone, {});
    const anew = await listed(clone, { remembers: false });
    assert.equal(sorted(anew.files), sorted(expected.files), `round ${round}, without knowing a blob`);
    assert.equal(sorted(found.files), sorted(expected.files), `round ${round}`);
    assert.equal([...found.untracked].sort(), [...expected.untracked].sort());
    assert.equal([...found.look.doubtful].sort(), [...expected.look.doubtful].sort());
    if (isCalm && !isEqual(before.files, expected.files)) overtaken += 1;
  }
  assert.ok(overtaken > 6, `the test tests something: ${overtaken}`);
  await clone.cleanup();
});

function isEqual(one: Files, other: Files): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Everything is a plain file, committed, and git looks at it: then there is something to be remembered. */
async function calm(clone: WorkingClone): Promise<void> {
  await clone.git('read-tree', '--empty');
  for (const name of ['data/d', ...NAMES]) {
    const stat = fs.lstatSync(at(clone, name), { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) fs.rmSync(at(clone, name));
  }
  for (const name of NAMES) if (!fs.existsSync(at(clone, name))) clone.write(name, name);
  await clone.commit();
}

/** A file cannot be written where a change before it has put a directory or a dead link. */
async function attempt(change: () => unknown): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

test.run();
