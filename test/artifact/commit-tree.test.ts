import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ArtifactError } from '../../src/artifact/artifact-error.ts';
import { listCommit } from '../../src/artifact/commit-tree.ts';
import { Digester } from '../../src/artifact/digester.ts';
import { isCleanPath } from '../../src/git/paths.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { failure } from '../support/failure.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

const everything = () => true;
const nothing = () => false;

async function pipeline(): Promise<{ clone: WorkingClone; commit: string }> {
  const clone = await makeClone();
  for (const name of ['data/train.csv', 'data/test/x.csv', 'data2/other', 'model/digits.json', 'README']) {
    clone.write(name, `content of ${name}\n`);
  }
  return { clone, commit: await clone.commit() };
}

test('exactly the wanted paths of the commit are listed, whatever the work tree holds now', async () => {
  const { clone, commit } = await pipeline();
  clone.write('data/train.csv', 'changed later');
  clone.write('data/new.csv', 'not committed');
  const listing = await listCommit(clone.repo, new Digester(clone.repo), commit, (path) =>
    path.startsWith('data/'),
  );
  assert.equal(
    new Map([...listing].map(([path, { digest }]) => [path, digest])),
    new Map([
      ['data/test/x.csv', sha256Hex('content of data/test/x.csv\n')],
      ['data/train.csv', sha256Hex('content of data/train.csv\n')],
    ]),
  );
  await clone.cleanup();
});

test('prefixes spare reading the rest of the tree and are no pathspecs', async () => {
  const { clone, commit } = await pipeline();
  clone.write('data/[a]*.csv', 'literal\n');
  const later = await clone.commit();
  const list = async (rev: string, prefixes: string[]) => [
    ...(await listCommit(clone.repo, new Digester(clone.repo), rev, everything, { prefixes })).keys(),
  ];
  assert.equal(await list(commit, ['data/tr']), ['data/train.csv']);
  assert.equal(await list(commit, ['data']), ['data/test/x.csv', 'data/train.csv', 'data2/other']);
  assert.equal(await list(later, ['data/[a]*']), ['data/[a]*.csv']);
  assert.equal(await list(commit, [':(exclude)data/', 'nothing/']), []);
  await clone.cleanup();
});

test('a directory as one artifact is what sha256sum says of its files, also where none of them is wanted', async () => {
  const { clone, commit } = await pipeline();
  const listing = await listCommit(
    clone.repo,
    new Digester(clone.repo),
    commit,
    (path) => path === 'README',
    { prefixes: ['README'], directories: ['data'] },
  );
  const script = 'cd data && find . -type f | sed "s|^./||" | LC_ALL=C sort | xargs sha256sum | sha256sum';
  const { stdout } = await clone.person.exec('sh', ['-c', script], { cwd: clone.path });
  assert.equal([...listing.keys()], ['README', 'dir:data']);
  assert.is(listing.get('dir:data')?.digest, stdout.slice(0, 64));
  await clone.cleanup();
});

test('a file whose name looks like a directory artifact does not take its place', async () => {
  const { clone } = await pipeline();
  clone.write('dir:data', 'not a directory');
  const commit = await clone.commit();
  const digester = new Digester(clone.repo);
  const listing = await listCommit(clone.repo, digester, commit, everything, { directories: ['data'] });
  assert.is.not(listing.get('dir:data')?.digest, sha256Hex('not a directory'));
  await clone.cleanup();
});

test('links and submodules are listed as what they are', async () => {
  const { clone } = await pipeline();
  fs.symlinkSync('data/train.csv', `${clone.path}/link`);
  await clone.git('init', '-q', 'vendor');
  await clone.git('-C', 'vendor', 'commit', '-q', '--allow-empty', '-m', 'vendor');
  const commit = await clone.commit();
  const listing = await listCommit(clone.repo, new Digester(clone.repo), commit, (path) =>
    ['link', 'vendor'].includes(path),
  );
  assert.equal(listing.get('link'), { kind: 'symlink', digest: sha256Hex('data/train.csv') });
  const head = await clone.git('-C', 'vendor', 'rev-parse', 'HEAD');
  assert.equal(listing.get('vendor'), { kind: 'submodule', digest: head });
  await clone.cleanup();
});

test('a wanted name that is not UTF-8 is an error; unwanted it does no harm', async () => {
  const { clone } = await pipeline();
  const name = Buffer.concat([Buffer.from(`${clone.path}/data/`), Buffer.from([0x63, 0xe9])]);
  fs.writeFileSync(name, 'x');
  const commit = await clone.commit();
  const digester = new Digester(clone.repo);
  const error = await failure<ArtifactError>(listCommit(clone.repo, digester, commit, everything));
  assert.is(error.failure, 'invalid-name');
  assert.match(error.message, /'data\/c\\xe9'/);
  const listing = await listCommit(clone.repo, digester, commit, isCleanPath);
  assert.ok(listing.has('data/train.csv'));
  const below = await failure<ArtifactError>(
    listCommit(clone.repo, digester, commit, nothing, { directories: ['data'] }),
  );
  assert.is(below.failure, 'invalid-name', 'a directory artifact needs every name below it');
  await clone.cleanup();
});

test('two thousand files are listed', async () => {
  const clone = await makeClone();
  for (let at = 0; at < 2000; at++) clone.write(`data/${at % 100}/${at}`, `row ${at}\n`);
  const commit = await clone.commit();
  const listing = await listCommit(clone.repo, new Digester(clone.repo), commit, everything);
  assert.is(listing.size, 2000);
  assert.is(listing.get('data/42/1942')?.digest, sha256Hex('row 1942\n'));
  await clone.cleanup();
});

test.run();
