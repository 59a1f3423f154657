import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ArtifactError } from '../../src/artifact/artifact-error.ts';
import { listCommit } from '../../src/artifact/commit-tree.ts';
import { Digester } from '../../src/artifact/digester.ts';
import { ignoredPaths } from '../../src/artifact/index-state.ts';
import type { Artifact, Listing } from '../../src/artifact/kind.ts';
import { digestLooseFiles } from '../../src/artifact/loose-files.ts';
import type { WorkTreeScope } from '../../src/artifact/work-tree.ts';
import { listWorkTree } from '../../src/artifact/work-tree.ts';
import { Repository } from '../../src/git/repository.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { failure } from '../support/failure.ts';
import type { CloneOptions, WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

const everything = () => true;
const list = async (
  clone: WorkingClone,
  scope?: WorkTreeScope,
  wants: (path: string) => boolean = everything,
) => (await listWorkTree(clone.repo, new Digester(clone.repo), wants, scope)).files;
const sorted = (listing: ReadonlyMap<string, Artifact>) => [...listing].sort(([a], [b]) => (a < b ? -1 : 1));
const file = (content: string) => ({ kind: 'file', digest: sha256Hex(content) });

/** What is recorded from the work tree has to be what a commit of it holds: git is the referee. */
async function expectAsCommitted(clone: WorkingClone): Promise<Listing> {
  const before = await list(clone);
  const commit = await clone.commit('as it is');
  const committed = await listCommit(clone.repo, new Digester(clone.repo), commit, everything);
  assert.equal(sorted(before), sorted(committed));
  const clean = await list(clone);
  assert.equal(sorted(clean), sorted(committed), 'and nothing changes by committing');
  return committed;
}

async function withLfs(options: CloneOptions = {}): Promise<WorkingClone> {
  const clone = await makeClone(options);
  await clone.git('lfs', 'install', '--local');
  clone.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  return clone;
}

test('untracked, unchanged, changed, staged and deleted files are listed as a commit would hold them', async () => {
  const clone = await makeClone();
  for (const name of ['kept', 'changed', 'deleted', 'dir/renamed']) clone.write(name, `old ${name}`);
  await expectAsCommitted(clone);
  clone.write('changed', 'new');
  clone.remove('deleted');
  fs.renameSync(path.join(clone.path, 'dir/renamed'), path.join(clone.path, 'dir/name'));
  clone.write('untracked', 'new');
  clone.write('staged', 'staged');
  await clone.git('add', 'staged');
  clone.write('staged', 'and changed again');
  clone.write('intended', 'to add');
  await clone.git('add', '-N', 'intended');
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('staged'), file('and changed again'));
  assert.not.ok(listing.has('deleted'));
  await clone.cleanup();
});

test('a change that keeps size and time is seen', async () => {
  const clone = await makeClone();
  clone.write('data', 'label 2');
  await clone.commit();
  const { atime, mtime } = fs.statSync(path.join(clone.path, 'data'));
  clone.write('data', 'label 5');
  fs.utimesSync(path.join(clone.path, 'data'), atime, mtime);
  assert.equal((await list(clone)).get('data'), file('label 5'));
  await clone.cleanup();
});

test('a repository of the sha256 object format', async () => {
  const clone = await makeClone({ objectFormat: 'sha256' });
  clone.write('a', 'a');
  clone.write('b', 'b');
  await expectAsCommitted(clone);
  clone.write('b', 'c');
  await expectAsCommitted(clone);
  await clone.cleanup();
});

test('before the first commit there are files too', async () => {
  const clone = await makeClone();
  clone.write('a', 'a');
  assert.equal([...(await list(clone))], [['a', file('a')]]);
  await clone.cleanup();
});

test('in a linked worktree its own files count', async () => {
  const clone = await makeClone();
  clone.write('a', 'a');
  await clone.commit();
  await clone.git('worktree', 'add', '-q', '../linked');
  fs.writeFileSync(clone.person.at('linked/a'), 'changed here');
  const linked = await Repository.open(clone.person.at('linked'), clone.person.env);
  const { files: listing } = await listWorkTree(linked, new Digester(linked), everything);
  assert.equal([...listing], [['a', file('changed here')]]);
  await linked.close();
  await clone.cleanup();
});

test('wants, prefixes and directories limit the listing', async () => {
  const clone = await makeClone();
  for (const name of ['data/a', 'data/b', 'model/m', 'top']) clone.write(name, name);
  await clone.git('add', 'data/a', 'top');
  const names = async (scope: WorkTreeScope, wants = everything as (path: string) => boolean) => [
    ...(await list(clone, scope, wants)).keys(),
  ];
  assert.equal((await names({ prefixes: ['data/'] })).sort(), ['data/a', 'data/b']);
  assert.equal(await names({ prefixes: ['mo', 'data/b'] }, (name) => name.includes('m')), ['model/m']);
  assert.equal(await names({}, (name) => name === 'top'), ['top']);
  const listing = await list(clone, { prefixes: ['top'], directories: ['data'] }, (name) => name === 'top');
  assert.equal([...listing.keys()], ['top', 'dir:data']);
  const lines = `${sha256Hex('data/a')}  a\n${sha256Hex('data/b')}  b\n`;
  assert.equal(listing.get('dir:data'), file(lines));
  await clone.cleanup();
});

test('ignored files are listed only where they are asked for, and can be told', async () => {
  const clone = await makeClone();
  clone.write('.gitignore', '*.pt\ncache/\n');
  clone.write('model/weights.pt', 'w');
  clone.write('cache/x', 'x');
  clone.write('tracked.pt', 't');
  await clone.git('add', '-f', 'tracked.pt');
  assert.equal([...(await list(clone)).keys()].sort(), ['.gitignore', 'tracked.pt']);
  const digester = new Digester(clone.repo);
  const { files, untracked } = await listWorkTree(clone.repo, digester, everything, { ignored: true });
  assert.equal([...files.keys()].sort(), ['.gitignore', 'cache/x', 'model/weights.pt', 'tracked.pt']);
  assert.equal([...untracked].sort(), ['.gitignore', 'cache/x', 'model/weights.pt']);
  assert.equal([...(await ignoredPaths(clone.repo, untracked))].sort(), ['cache/x', 'model/weights.pt']);
  assert.is((await ignoredPaths(clone.repo, ['.gitignore', ':(top)x', '*', '-z'])).size, 0);
  assert.is((await ignoredPaths(clone.repo, [])).size, 0);
  await clone.cleanup();
});

for (const [what, attributes, config] of [
  ['core.autocrlf', '', new Map([['core.autocrlf', 'true']])],
  ['core.autocrlf=input', '', new Map([['core.autocrlf', 'input']])],
  ['text=auto', '* text=auto\n', new Map()],
  ['text', '*.txt text\n*.dat -text\n', new Map()],
  ['eol=crlf', '*.txt eol=crlf\n', new Map()],
  ['the old crlf attribute', '*.txt crlf\n', new Map()],
] as const) {
  test(`line ends under ${what} are those that git stores`, async () => {
    const clone = await makeClone({ config });
    if (attributes !== '') clone.write('.gitattributes', attributes);
    clone.write('windows.txt', 'one\r\ntwo\r\n');
    clone.write('unix.txt', 'one\ntwo\n');
    clone.write('mixed.txt', 'one\r\ntwo\nthree\r');
    clone.write('windows.dat', 'one\r\ntwo\r\n');
    clone.write('binary.txt', Buffer.from('\0\r\n\0'));
    const listing = await expectAsCommitted(clone);
    assert.equal(listing.get('windows.txt'), file('one\ntwo\n'), 'the test tests something');
    clone.write('windows.txt', 'one\r\nTWO\r\n');
    await expectAsCommitted(clone);
    await clone.cleanup();
  });
}

test('a text file that already lies in git with CRLF keeps it, as git keeps it', async () => {
  const clone = await makeClone();
  clone.write('old.txt', 'one\r\n');
  await clone.commit();
  clone.write('.gitattributes', '* text=auto\n');
  clone.write('old.txt', 'one\r\ntwo\r\n');
  clone.write('new.txt', 'one\r\n');
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('old.txt'), file('one\r\ntwo\r\n'));
  assert.equal(listing.get('new.txt'), file('one\n'));
  await clone.cleanup();
});

test('a converted file that changes without growing, right after it was committed, is seen', async () => {
  const clone = await makeClone({ config: new Map([['core.autocrlf', 'input']]) });
  for (let round = 0; round < 20; round++) {
    clone.write('label', `label ${round % 10}\r\n`);
    await clone.commit();
    clone.write('label', `label ${(round + 5) % 10}\r\n`);
    assert.equal((await list(clone)).get('label'), file(`label ${(round + 5) % 10}\n`));
  }
  await clone.cleanup();
});

test('ident, encodings and filters are git`s to apply', async () => {
  const clone = await makeClone({ config: new Map([['filter.rot.clean', 'tr a-z n-za-m']]) });
  clone.write(
    '.gitattributes',
    'a ident\nb working-tree-encoding=UTF-16LE\nc filter=rot\nd filter=unknown\n',
  );
  clone.write('a', '$Id: 0123 $ text\n');
  clone.write('b', Buffer.from('text\n', 'utf16le'));
  clone.write('c', 'secret\n');
  clone.write('d', 'plain\n');
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('a'), file('$Id$ text\n'));
  assert.equal(listing.get('b'), file('text\n'));
  assert.equal(listing.get('c'), file('frperg\n'));
  assert.equal(listing.get('d'), file('plain\n'));
  await clone.cleanup();
});

test('git converts in a place of its own: index and objects of the repository stay as they were', async () => {
  const clone = await makeClone({ config: new Map([['core.autocrlf', 'input']]) });
  clone.write('a', 'a\n');
  await clone.commit();
  clone.write('a', 'b\r\n');
  clone.write('new', 'c\r\n');
  const index = fs.readFileSync(path.join(clone.path, '.git/index'));
  const objects = await clone.git('count-objects', '-v');
  await list(clone);
  assert.ok(fs.readFileSync(path.join(clone.path, '.git/index')).equals(index));
  assert.is(await clone.git('count-objects', '-v'), objects);
  assert.equal(
    fs.readdirSync(path.join(clone.path, '.git/mlchain')).filter((name) => name.startsWith('store-')),
    [],
  );
  await clone.cleanup();
});

test('what a killed process left of such a place is swept a day later; what another is working in is not', async () => {
  const clone = await makeClone({ config: new Map([['core.autocrlf', 'input']]) });
  clone.write('a', 'a\r\n');
  const left = (name: string, hours: number) => {
    const dir = path.join(clone.path, '.git/mlchain', name);
    fs.mkdirSync(path.join(dir, 'objects'), { recursive: true });
    const time = Date.now() / 1000 - hours * 3600;
    fs.utimesSync(dir, time, time);
    return dir;
  };
  const [old, young] = [left('store-old', 25), left('store-young', 1)];
  await list(clone);
  assert.equal([fs.existsSync(old), fs.existsSync(young)], [false, true]);
  await clone.cleanup();
});

test('a filter that fails is an error, not a wrong digest', async () => {
  const clone = await makeClone({
    config: new Map([
      ['filter.bad.clean', 'false'],
      ['filter.bad.required', 'true'],
    ]),
  });
  clone.write('.gitattributes', 'a filter=bad\n');
  clone.write('a', 'a');
  const error = await failure(list(clone));
  assert.match(error.message, /external filter 'false' failed/);
  assert.equal(
    fs.readdirSync(path.join(clone.path, '.git/mlchain')).filter((name) => name.startsWith('store-')),
    [],
  );
  await clone.cleanup();
});

test('git-lfs content is listed under its oid, new, unchanged and changed', async () => {
  const clone = await withLfs();
  clone.write('model.bin', 'weights 1');
  clone.write('empty.bin', '');
  clone.write('small.txt', 'no lfs');
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('model.bin'), { kind: 'lfs', digest: sha256Hex('weights 1') });
  assert.equal(listing.get('empty.bin'), file(''));
  clone.write('model.bin', 'weights 2');
  await expectAsCommitted(clone);
  await clone.cleanup();
});

test('a pointer whose content was never fetched stands for it; a pointer in a spelling of its own for nothing', async () => {
  const clone = await withLfs();
  const oid = 'a'.repeat(64);
  const pointer = (version: string) => `version ${version}\noid sha256:${oid}\nsize 7\n`;
  clone.write('fetched-not.bin', pointer('https://git-lfs.github.com/spec/v1'));
  clone.write('old.bin', pointer('https://hawser.github.com/spec/v1'));
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('fetched-not.bin'), { kind: 'lfs', digest: oid });
  assert.equal(listing.get('old.bin'), file(pointer('https://hawser.github.com/spec/v1')));
  await clone.cleanup();
});

test('with git-lfs not installed its files are plain files, as git then stores them', async () => {
  const clone = await makeClone();
  clone.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  clone.write('model.bin', 'weights');
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('model.bin'), file('weights'));
  await clone.cleanup();
});

test('a git-lfs extension changes what is stored, so git-lfs is asked', async () => {
  const clone = await withLfs();
  await clone.git('config', 'lfs.extension.up.clean', 'tr a-z A-Z');
  await clone.git('config', 'lfs.extension.up.smudge', 'tr A-Z a-z');
  await clone.git('config', 'lfs.extension.up.priority', '0');
  clone.write('model.bin', 'weights');
  const listing = await expectAsCommitted(clone);
  assert.is(listing.get('model.bin')?.kind, 'file', 'a pointer with more than three lines');
  await clone.cleanup();
});

test('links are links: dangling, to a directory, out of the repository', async () => {
  const clone = await makeClone();
  clone.write('real/file', 'x');
  for (const [name, target] of [
    ['dangling', 'nowhere'],
    ['directory', 'real'],
    ['outside', '/etc'],
  ] as const) {
    fs.symlinkSync(target, path.join(clone.path, name));
  }
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('outside'), { kind: 'symlink', digest: sha256Hex('/etc') });
  assert.not.ok([...listing.keys()].some((name) => name.startsWith('directory/')));
  fs.rmSync(path.join(clone.path, 'dangling'));
  fs.symlinkSync('elsewhere', path.join(clone.path, 'dangling'));
  await expectAsCommitted(clone);
  await clone.cleanup();
});

test('a directory exchanged for a link to one with the same files does not pass for it', async () => {
  const clone = await makeClone();
  clone.write('data/train.csv', 'good');
  clone.write('data/test.csv', 'good');
  await clone.commit();
  clone.remove('data');
  fs.mkdirSync(clone.person.at('elsewhere'));
  for (const name of ['train.csv', 'test.csv']) fs.writeFileSync(clone.person.at('elsewhere', name), 'good');
  fs.symlinkSync(clone.person.at('elsewhere'), path.join(clone.path, 'data'));
  await clone.git('update-index', '--assume-unchanged', 'data/test.csv');
  assert.equal([...(await list(clone)).keys()], ['data']);
  await clone.cleanup();
});

test('a file is looked at on its own path only, also where the caller names it', async () => {
  const clone = await makeClone();
  clone.write('data/a', 'good');
  fs.mkdirSync(clone.person.at('elsewhere'));
  fs.writeFileSync(clone.person.at('elsewhere/a'), 'good');
  const found = async () => [
    ...(await digestLooseFiles(clone.repo, clone.path, new Map(), ['data/a', 'none/b'])).keys(),
  ];
  assert.equal(await found(), ['data/a']);
  clone.remove('data');
  fs.symlinkSync(clone.person.at('elsewhere'), path.join(clone.path, 'data'));
  assert.equal(await found(), []);
  await clone.cleanup();
});

test('files that git was told not to look at are looked at', async () => {
  const clone = await makeClone({ config: new Map([['core.autocrlf', 'input']]) });
  for (const name of ['assumed', 'assumed-crlf', 'skipped', 'sparse']) clone.write(name, 'good\n');
  await clone.commit();
  await clone.git('update-index', '--assume-unchanged', 'assumed', 'assumed-crlf');
  await clone.git('update-index', '--skip-worktree', 'skipped', 'sparse');
  clone.write('assumed', 'poison\n');
  clone.write('assumed-crlf', 'poison\r\n');
  clone.write('skipped', 'poison\r\n');
  clone.remove('sparse');
  assert.equal(sorted(await list(clone)), [
    ['assumed', file('poison\n')],
    ['assumed-crlf', file('poison\n')],
    ['skipped', file('poison\n')],
  ]);
  await clone.cleanup();
});

test('in the middle of a conflict the files are what they are', async () => {
  const clone = await makeClone();
  clone.write('data', 'base\n');
  await clone.commit();
  await clone.git('branch', 'other');
  clone.write('data', 'ours\n');
  await clone.commit();
  await clone.git('checkout', '-q', 'other');
  clone.write('data', 'theirs\n');
  await clone.commit();
  await clone.person.git(['merge', 'main'], { cwd: clone.path, code: 1 });
  const content = fs.readFileSync(path.join(clone.path, 'data'), 'utf8');
  assert.match(content, /<<<<<<</);
  assert.equal([...(await list(clone))], [['data', file(content)]]);
  await clone.cleanup();
});

test('submodules are listed by the commit they have checked out', async () => {
  const clone = await makeClone();
  const make = async (name: string) => {
    await clone.git('init', '-q', name);
    await clone.git('-C', name, 'commit', '-q', '--allow-empty', '-m', 'one');
  };
  await make('vendor');
  clone.write('.gitmodules', '[submodule "vendor"]\n\tpath = vendor\n\turl = ./vendor\n');
  await expectAsCommitted(clone);
  await clone.git('-C', 'vendor', 'commit', '-q', '--allow-empty', '-m', 'two');
  await make('untracked');
  await clone.git('init', '-q', 'without-commits');
  const listing = await list(clone);
  for (const name of ['vendor', 'untracked']) {
    const digest = await clone.git('-C', name, 'rev-parse', 'HEAD');
    assert.equal(listing.get(name), { kind: 'submodule', digest });
  }
  assert.not.ok(listing.has('without-commits'));
  await clone.cleanup();
});

test('a file that became a directory and a directory that became a file', async () => {
  const clone = await makeClone({ config: new Map([['core.autocrlf', 'input']]) });
  clone.write('a', 'file\r\n');
  clone.write('b/c', 'in a directory\r\n');
  await expectAsCommitted(clone);
  clone.remove('a');
  clone.write('a/new', 'now below\r\n');
  clone.remove('b');
  clone.write('b', 'now a file\r\n');
  await expectAsCommitted(clone);
  await clone.cleanup();
});

test('a FIFO in place of a tracked file does not hang the listing', async () => {
  const clone = await makeClone();
  clone.write('data', 'x');
  await clone.commit();
  clone.remove('data');
  await clone.person.exec('mkfifo', [path.join(clone.path, 'data')]);
  assert.is((await list(clone)).size, 0);
  await clone.cleanup();
});

test('odd names – spaces, quotes, newlines, globs, options – are only names', async () => {
  const clone = await makeClone({ config: new Map([['core.autocrlf', 'input']]) });
  for (const name of ['a b', '"q"', "it's", 'line\nfeed', '*', '[x]', '-rf', ':(top)x', 'ü/é', '🙂']) {
    clone.write(name, `${name}\r\n`);
  }
  const listing = await expectAsCommitted(clone);
  assert.equal(listing.get('line\nfeed'), file('line\nfeed\n'));
  await clone.cleanup();
});

test('a wanted name that is not UTF-8 is an error, tracked or not; unwanted it does no harm', async () => {
  const clone = await makeClone();
  clone.write('good', 'x');
  fs.writeFileSync(Buffer.concat([Buffer.from(`${clone.path}/`), Buffer.from([0xe9])]), 'x');
  const untracked = await failure<ArtifactError>(list(clone));
  assert.is(untracked.failure, 'invalid-name');
  assert.match(untracked.message, /'\\xe9'/);
  await clone.commit();
  assert.is((await failure<ArtifactError>(list(clone))).failure, 'invalid-name');
  assert.equal([...(await list(clone, {}, (name) => name === 'good')).keys()], ['good']);
  await clone.cleanup();
});

test('a bare repository has no work tree to list', async () => {
  const clone = await makeClone();
  await clone.git('init', '-q', '--bare', '../bare.git');
  const bare = await Repository.open(clone.person.at('bare.git'), clone.person.env);
  const error = await failure(listWorkTree(bare, new Digester(bare), everything));
  assert.is(error.code, 'input');
  assert.match(error.message, /bare repository/);
  await bare.close();
  await clone.cleanup();
});

test('what was hashed from a clean file is remembered for its blob', async () => {
  const clone = await makeClone();
  clone.write('data', 'x');
  const commit = await clone.commit();
  const digester = new Digester(clone.repo);
  await listWorkTree(clone.repo, digester, everything);
  digester.save();
  const id = await clone.git('rev-parse', `${commit}:data`);
  assert.equal(new Digester(await clone.reopen()).known(id), file('x'));
  await clone.cleanup();
});

test.run();
