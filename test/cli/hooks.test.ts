import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

interface Place {
  person: Person;
  run(...argv: readonly string[]): Promise<ExecResult>;
}

const hooks = suite<Place>('hooks install, status, uninstall');
hooks.before.each(async (place) => {
  place.person = await makePerson('Alice');
  await place.person.git(['init', '-q', 'repository']);
  place.run = (...argv) => place.person.mlchain(argv, { cwd: place.person.at('repository'), code: 'any' });
});
hooks.after.each(({ person }) => person.cleanup());

hooks('are missing, then live, then gone again, and each command says so', async ({ run }) => {
  const before = await run('hooks', 'status');
  assert.is(before.code, 1);
  assert.match(before.stdout, /^post-commit {3}missing {3}nothing starts it$/m);
  const installed = await run('hooks', 'install');
  assert.is(installed.code, 0);
  assert.match(installed.stdout, /^pre-push {6}live {6}\/.*\/hooks\/pre-push$/m);
  assert.is((await run('hooks', 'status')).stdout, installed.stdout);
  const { code, stdout } = await run('hooks', 'uninstall');
  assert.is(code, 0);
  assert.is(stdout, 'removed: post-commit, post-merge, post-rewrite, pre-push\n');
  assert.is((await run('hooks', 'uninstall')).stdout, 'no hooks were installed\n');
});

hooks('start this very program at a commit, quietly where nothing is controlled', async ({ person, run }) => {
  await run('hooks', 'install');
  fs.mkdirSync(person.at('repository/.mlchain'));
  fs.writeFileSync(person.at('repository/.mlchain/root.layout'), 'no layout');
  await person.git(['add', '.'], { cwd: person.at('repository') });
  const { stderr } = await person.git(['commit', '-q', '-m', 'x'], { cwd: person.at('repository') });
  assert.match(stderr, /^git-mlchain: \w+ is not signed: /);
  await person.git(['rm', '-rq', '.mlchain'], { cwd: person.at('repository') });
  const quiet = await person.git(['commit', '-q', '--allow-empty', '-m', 'x'], {
    cwd: person.at('repository'),
  });
  assert.is(quiet.stderr, '');
});

hooks('keep a foreign hook, and name it', async ({ person, run }) => {
  const file = person.at('repository/.git/hooks/pre-push');
  fs.writeFileSync(file, '#!/bin/sh\necho foreign\n', { mode: 0o755 });
  const { hooks: found, lfs } = JSON.parse((await run('hooks', 'install', '--json')).stdout);
  assert.is(lfs, 'unused');
  assert.equal(found[3], {
    hook: 'pre-push',
    way: 'file',
    file,
    state: 'live',
    chained: `${file}.mlchain-chained`,
    problem: null,
    variable: null,
  });
  assert.equal(JSON.parse((await run('hooks', 'uninstall', '--json')).stdout), {
    removed: ['post-commit', 'post-merge', 'post-rewrite', 'pre-push'],
    restored: ['pre-push'],
    lfs: 'unused',
  });
  assert.is(fs.readFileSync(file, 'utf8'), '#!/bin/sh\necho foreign\n');
});

hooks('two foreign hooks of one name are a configuration error', async ({ person, run }) => {
  for (const name of ['pre-push', 'pre-push.mlchain-chained']) {
    fs.writeFileSync(person.at('repository/.git/hooks', name), `#!/bin/sh\n# ${name}\n`, { mode: 0o755 });
  }
  const { code, stderr } = await run('hooks', 'install');
  assert.is(code, 2);
  assert.match(stderr, 'expected one pre-push hook to run before ours, found two');
});

hooks('what a person has to paste is said, and the hook is not called live', async ({ person, run }) => {
  fs.writeFileSync(person.at('repository/lefthook.yml'), 'pre-push:\n  commands: {}\n');
  const { code, stdout, stderr } = await run('hooks', 'install');
  assert.is(code, 1);
  assert.match(stderr, /^warning: add to .*lefthook.yml for the pre-push hook:\npre-push:\n {2}commands:$/m);
  assert.match(stdout, /^pre-push {6}missing/m);
});

hooks(
  'that uploaded large files say so when they go, and their advice is followed',
  async ({ person, run }) => {
    fs.writeFileSync(person.at('repository/.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
    await run('hooks', 'install');
    const { code, stderr } = await run('hooks', 'uninstall');
    assert.is(code, 0);
    assert.match(stderr, /^warning: git-lfs: no hook uploads large files/);
    const [, advice = ''] = /hint: '(git [^']+)'/.exec(stderr) ?? [];
    await person.exec('sh', ['-ec', advice], { cwd: person.at('repository') });
    assert.is(JSON.parse((await run('hooks', 'status', '--json')).stdout).lfs, 'beside');
  },
);

hooks('go where a bare repository needs them', async ({ person }) => {
  await person.git(['init', '-q', '--bare', 'server.git']);
  const { stdout } = await person.mlchain(['hooks', 'install'], { cwd: person.at('server.git') });
  assert.is(stdout, `pre-receive   live      ${path.join(person.at('server.git'), 'hooks/pre-receive')}\n`);
});

hooks('outside a repository there is nothing to install', async ({ person }) => {
  const { stderr } = await person.mlchain(['hooks', 'install'], { code: 2 });
  assert.match(stderr, 'not a git repository');
});

hooks.run();
