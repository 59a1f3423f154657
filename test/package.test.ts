import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { version } from '../src/version.ts';
import { exec } from './support/exec.ts';
import { makePerson, projectRoot } from './support/person.ts';
import { serveRegistry } from './support/registry.ts';
import { makeScratch } from './support/scratch.ts';

const manifest = JSON.parse(fs.readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));

/** `npm pack`, without building again: other tests run what is built. */
async function pack(into: string): Promise<{ file: string; files: readonly string[] }> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const { stdout } = await exec('npm', args, process.env, { cwd: projectRoot });
  const [packed] = JSON.parse(stdout);
  return {
    file: path.join(into, packed.filename),
    files: packed.files.map((each: { path: string }) => each.path),
  };
}

test('the version that is shown is the version that is published', () => {
  assert.is(version, manifest.version);
  assert.match(
    fs.readFileSync(path.join(projectRoot, 'CHANGELOG.md'), 'utf8'),
    new RegExp(`^## ${version}\\b`, 'm'),
  );
});

test('the package holds what it needs to run and to be read, and nothing of how it is made', async () => {
  const scratch = makeScratch();
  const { files } = await pack(scratch.path);
  for (const needed of [
    'package.json',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    '.mlchainrc.example',
    'dist/git-mlchain.cjs',
    'dist/program.cjs',
    'dist/hash-worker.js',
    'dist/check-worker.js',
    'man/git-mlchain.1',
    'hooks/post-commit',
    'hooks/post-rewrite',
    'hooks/post-merge',
    'hooks/pre-push',
    'hooks/pre-receive',
    'examples/digits/raw/digits.csv.gz',
  ]) {
    assert.ok(files.includes(needed), needed);
  }
  const strays = files.filter((file) =>
    /^(src|test|bench|\.ci|docs|node_modules)\/|\.test\.|\.env|\.tgz$/.test(file),
  );
  assert.equal(strays, []);
  scratch.cleanup();
});

test('no committed file names a package registry or a path of the machine it was made on', async () => {
  const { stdout } = await exec('git', ['ls-files', '-z'], process.env, { cwd: projectRoot });
  const own = path.relative(projectRoot, new URL(import.meta.url).pathname);
  const suspicious = /registry\.(npmjs|yarnpkg)|npmmirror|\/work\/|\/home\/[a-z]+\/|\/Users\/[a-z]+\//;
  const found = stdout
    .split('\0')
    .filter((file) => file !== '' && file !== own && fs.existsSync(path.join(projectRoot, file)))
    .filter((file) => suspicious.test(fs.readFileSync(path.join(projectRoot, file), 'latin1')));
  assert.equal(found, []);
});

test('npm installs it into a clean prefix, git finds it there, and so does git help', async () => {
  const person = await makePerson('Ned Newcomer');
  const { file } = await pack(person.home);
  const registry = await serveRegistry(
    path.join(projectRoot, 'node_modules'),
    Object.keys(manifest.dependencies),
    person.home,
  );
  const prefix = person.at('prefix');
  const args = [
    'install',
    '--global',
    '--prefix',
    prefix,
    '--registry',
    registry.url,
    '--no-audit',
    '--no-fund',
    file,
  ];
  await person.exec('npm', args, { env: { npm_config_cache: person.at('cache') } });
  await registry.close();

  const env = {
    PATH: `${path.join(prefix, 'bin')}:${process.env.PATH}`,
    MANPATH: path.join(prefix, 'share/man'),
  };
  const git = (words: readonly string[]) => person.git(words, { env });
  assert.is((await git(['mlchain', '--version'])).stdout, `git-mlchain ${version}\n`);
  assert.match(
    (await git(['help', 'mlchain'])).stdout,
    /in-toto for machine learning, kept in your git history/,
  );
  const key = await git(['mlchain', 'key', 'new', '--no-passphrase']);
  assert.match(key.stdout.trimEnd().split('\n').at(-1) ?? '', /^[0-9A-F]{40}$/);
  assert.match((await git(['mlchain', 'key', 'list'])).stdout, /Ned Newcomer/);
  await person.cleanup();
});

test.run();
