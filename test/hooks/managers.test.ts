import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { huskyProgram } from '../support/neighbours.ts';
import type { Recorder } from '../support/recorder.ts';
import * as recorder from '../support/recorder.ts';
import { makeRecorder, putScript } from '../support/recorder.ts';

interface Place {
  recorder: Recorder;
  repository: string;
  /** A bare repository to push to. */
  server: string;
}

const test = suite<Place>('hooks beside a hook manager');
test.before.each(async (place) => {
  place.recorder = await makeRecorder();
  const { person } = place.recorder;
  place.repository = person.at('repository');
  place.server = person.at('server.git');
  await person.git(['init', '-q', place.repository]);
  await person.git(['init', '-q', '--bare', place.server]);
});
test.after.each(({ recorder }) => recorder.person.cleanup());

const install = (place: Place) => recorder.install(place.recorder, place.repository);
const uninstall = (place: Place) => recorder.uninstall(place.recorder, place.repository);
const states = async (place: Place) =>
  (await recorder.statusOf(place.recorder, place.repository)).hooks.map(({ state }) => state);

const write = ({ repository }: Place, file: string, text: string) =>
  putScript(path.join(repository, file), text);
const read = ({ repository }: Place, file: string) => fs.readFileSync(path.join(repository, file), 'utf8');

/** Commits and pushes; returns which hooks started the program, and what pre-push was told. */
async function commitAndPush({ recorder, repository, server }: Place) {
  const options = { cwd: repository };
  await recorder.person.git(['commit', '-q', '--allow-empty', '-m', 'x'], {
    ...options,
    env: { MLCHAIN_STEP: 'train' },
  });
  await recorder.person.git(['push', '-q', server, 'main'], options);
  const calls = recorder.calls();
  return {
    started: calls.map(({ hook }) => hook),
    input: calls.find(({ hook }) => hook === 'pre-push')?.input,
  };
}

/** The repository's own `npx husky`: `core.hooksPath` is `.husky/_`, where each hook runs `.husky/<hook>`. */
async function runHusky({ recorder, repository }: Place): Promise<void> {
  await recorder.person.exec(process.execPath, [huskyProgram], { cwd: repository });
}

test('husky: a line in its files, and they go away again', async (place) => {
  await runHusky(place);
  const { status } = await install(place);
  assert.is(status.manager, 'husky');
  assert.equal(await states(place), ['live', 'live', 'live', 'live']);
  assert.match(read(place, '.husky/post-commit'), /^#!\/bin\/sh\nmlchain="\$\(git rev-parse [^\n]*\n$/);
  assert.equal((await commitAndPush(place)).started, ['post-commit', 'pre-push']);
  const once = read(place, '.husky/pre-push');
  await install(place);
  assert.is(read(place, '.husky/pre-push'), once);
  await uninstall(place);
  assert.equal(fs.readdirSync(path.join(place.repository, '.husky')), ['_']);
  assert.equal((await commitAndPush(place)).started, []);
});

test('husky: a script that reads standard input still gets it, and its refusal counts', async (place) => {
  await runHusky(place);
  const theirs = '#!/bin/sh\ncat > "$HOME/their-input"\ntest ! -e "$HOME/refuse"\n';
  write(place, '.husky/pre-push', theirs);
  await install(place);
  const { input } = await commitAndPush(place);
  const { person } = place.recorder;
  assert.match(input ?? '', /^refs\/heads\/main \w{40} refs\/heads\/main 0{40}\n$/);
  assert.is(fs.readFileSync(person.at('their-input'), 'utf8'), input);
  assert.is((await commitAndPush(place)).input?.length, input?.length);
  await person.git(['push', '-q', place.server, 'main'], { cwd: place.repository });
  assert.is(fs.readFileSync(person.at('their-input'), 'utf8'), '', 'nothing to push: an empty input');
  fs.writeFileSync(person.at('refuse'), '');
  await person.git(['push', '-q', place.server, 'main:other'], { cwd: place.repository, code: 1 });
  await uninstall(place);
  assert.is(read(place, '.husky/pre-push'), theirs);
});

test('husky: a refusal of ours stops the push before their script runs', async (place) => {
  await runHusky(place);
  write(place, '.husky/pre-push', 'touch "$HOME/ran"\n');
  await install(place);
  const { person } = place.recorder;
  await person.git(['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: place.repository });
  place.recorder.answer(1, 'uncovered');
  await person.git(['push', '-q', place.server, 'main'], { cwd: place.repository, code: 1 });
  assert.not(fs.existsSync(person.at('ran')));
});

test('husky: where nobody has set it up, the hooks are called dead, not live', async (place) => {
  write(place, '.husky/pre-commit', 'true\n');
  const { status } = await install(place);
  assert.ok(
    status.hooks.every(({ state, problem }) => state === 'dead' && problem?.includes('husky does not run')),
  );
  await runHusky(place);
  assert.equal(await states(place), ['live', 'live', 'live', 'live']);
});

test('husky: in a clone where nobody installed ours, its committed line does nothing', async (place) => {
  await runHusky(place);
  await install(place);
  fs.rmSync(path.join(place.repository, '.git/mlchain/hooks'), { recursive: true });
  assert.equal((await commitAndPush(place)).started, []);
});

const npmPackage = `${JSON.stringify({ name: 'x', 'simple-git-hooks': { 'pre-push': 'cat > "$HOME/their-input"' } }, null, 4)}\n`;

/** The repository's own `npx simple-git-hooks`. */
async function runSimpleGitHooks({ recorder, repository }: Place): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('simple-git-hooks/cli.js');
  await recorder.person.exec(process.execPath, [cli], { cwd: repository });
}

test('simple-git-hooks: entries in package.json that its own run keeps, and that go away again', async (place) => {
  write(place, 'package.json', npmPackage);
  await runSimpleGitHooks(place);
  const hook = read(place, '.git/hooks/pre-push');
  const { status } = await install(place);
  assert.is(status.manager, 'simple-git-hooks');
  assert.match(read(place, 'package.json'), /^ {4}"simple-git-hooks": \{\n {8}"pre-push": "/m);
  for (const run of [async () => undefined, runSimpleGitHooks, runSimpleGitHooks]) {
    await run(place);
    assert.equal(await states(place), ['live', 'live', 'live', 'live']);
    const { started, input } = await commitAndPush(place);
    assert.equal(started, ['post-commit', 'pre-push']);
    assert.is(fs.readFileSync(place.recorder.person.at('their-input'), 'utf8'), input);
  }
  await uninstall(place);
  assert.is(read(place, 'package.json'), npmPackage);
  assert.is(read(place, '.git/hooks/pre-push'), hook);
  assert.not(fs.existsSync(path.join(place.repository, '.git/hooks/post-commit')));
});

test('simple-git-hooks: a hook that it would have written over still runs, and comes back', async (place) => {
  write(place, 'package.json', JSON.stringify({ 'simple-git-hooks': { preserveUnused: true } }));
  const foreign = '#!/bin/sh\ncat > "$HOME/their-input"\n';
  write(place, '.git/hooks/pre-push', foreign);
  await install(place);
  await runSimpleGitHooks(place);
  const { input } = await commitAndPush(place);
  assert.is(fs.readFileSync(place.recorder.person.at('their-input'), 'utf8'), input);
  assert.ok(input?.startsWith('refs/heads/main'));
  await uninstall(place);
  assert.is(read(place, '.git/hooks/pre-push'), foreign);
});

test('simple-git-hooks: a configuration that is a program is not run; its lines are to be pasted', async (place) => {
  write(place, 'package.json', '{ "name": "x" }');
  write(place, '.simple-git-hooks.cjs', 'require("fs").writeFileSync("ran", "");\nmodule.exports = {};\n');
  const { status, advice } = await install(place);
  assert.not(fs.existsSync(path.join(place.repository, 'ran')));
  assert.equal(
    status.hooks.map(({ state }) => state),
    ['missing', 'missing', 'missing', 'missing'],
  );
  assert.match(advice[3]?.text ?? '', /^"pre-push": "mlchain=/);
});

test('lefthook: YAML to paste for the hooks that it owns, files for the others', async (place) => {
  write(
    place,
    'lefthook.yml',
    'pre-commit:\n  commands: {}\npre-push:\n  commands:\n    lint:\n      run: true\n',
  );
  const { advice } = await install(place);
  assert.equal(await states(place), ['live', 'live', 'live', 'missing']);
  assert.equal(
    advice.map(({ hook, file }) => [hook, path.basename(file)]),
    [['pre-push', 'lefthook.yml']],
  );
  assert.match(
    advice[0]?.text ?? '',
    /^pre-push:\n {2}commands:\n {4}mlchain:\n {6}run: .*\n {6}use_stdin: true$/,
  );
});

const preCommitConfig = `repos:
  - repo: local
    hooks:
      - { id: ran, name: ran, language: system, stages: [push], always_run: true, pass_filenames: false,
          entry: sh -c 'echo ran >>"$HOME/pre-commit-ran"' }
`;

/** pre-commit puts a hook that is not its own aside as `<hook>.legacy` and runs it first. */
async function runPreCommitInstall({ recorder, repository }: Place): Promise<void> {
  fs.writeFileSync(path.join(repository, '.pre-commit-config.yaml'), preCommitConfig);
  await recorder.person.exec('pre-commit', ['install', '--hook-type', 'pre-push'], { cwd: repository });
}

test('pre-commit: its hook and ours run once each, whichever was installed last', async (place) => {
  const ran = place.recorder.person.at('pre-commit-ran');
  const installs = [() => runPreCommitInstall(place), () => install(place)];
  for (const again of [...installs, ...installs, ...installs]) {
    await again();
    fs.rmSync(ran, { force: true });
    const { started } = await commitAndPush(place);
    const pushes = started.filter((hook) => hook === 'pre-push').length;
    assert.is(pushes, fs.existsSync(path.join(place.repository, '.git/hooks/post-merge')) ? 1 : 0);
    assert.is(fs.readFileSync(ran, 'utf8'), 'ran\n');
  }
  assert.equal(await states(place), ['live', 'live', 'live', 'live']);
  await runPreCommitInstall(place);
  const preCommitsHook = read(place, '.git/hooks/pre-push');
  await uninstall(place);
  const left = fs
    .readdirSync(path.join(place.repository, '.git/hooks'))
    .filter((name) => !name.endsWith('.sample'));
  assert.equal(left, ['pre-push']);
  assert.is(read(place, '.git/hooks/pre-push'), preCommitsHook);
});

test('a package.json without a word about hooks is no manager; one that is no JSON is an error', async (place) => {
  write(place, 'package.json', '{ "name": "x", "devDependencies": { "simple-git-hooks": "2" } }');
  assert.is((await install(place)).status.manager, undefined);
  write(place, 'package.json', '{ "name": ');
  const error = await install(place).catch((thrown) => thrown);
  assert.is(error.code, 'config');
  assert.match(error.message, 'not valid JSON');
});

test.run();
