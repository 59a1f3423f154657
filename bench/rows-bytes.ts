import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once as event } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { FileHasher } from '../src/artifact/hash-file.ts';
import { hashFiles } from '../src/artifact/hash-files.ts';
import { noProgress } from '../src/progress.ts';
import { faster, type Measure, type Rows, within } from './compare.ts';
import { gpgHome, importKey } from './gpg.ts';
import { alternate, type Command, once, summary, timed } from './measure.ts';
import { program } from './program.ts';
import type { BenchStage } from './stage.ts';
import { makeStepRepository, type StepRepository } from './step-repository.ts';

const MIB = 2 ** 20;
const GIB_IN_MIB = 1024;
const ROUNDS = 3;

/** One file of a GiB, warm: our hasher in this process, `openssl dgst` in its own (its start is lost in the noise). */
const hashing: Measure = async (stage) => {
  const file = bigFile(stage.at('gib'));
  const openssl: Command = { program: 'openssl', args: ['dgst', '-sha256', file] };
  const hasher = new FileHasher();
  const own: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(timed(() => void hasher.hashFile(file)));
    peer.push(once(openssl));
  }
  fs.rmSync(file);
  const work = 'SHA-256 of 1 GiB / `openssl dgst -sha256`';
  return within('P9', work, [summary(own), summary(peer)], 1.1);
};

/** Two such files: ours side by side, `openssl dgst` one after the other. */
const hashingTwo: Measure = async (stage) => {
  const root = stage.at('gibs');
  fs.mkdirSync(root);
  const names = ['one', 'two'];
  const openssl = names.map((name): Command => {
    const file = bigFile(path.join(root, name));
    return { program: 'openssl', args: ['dgst', '-sha256', file] };
  });
  const own: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    await hashFiles(root, names, noProgress, () => undefined);
    own.push(performance.now() - started);
    peer.push(openssl.reduce((sum, command) => sum + once(command), 0));
  }
  fs.rmSync(root, { recursive: true });
  const work = 'SHA-256 of 2 × 1 GiB / two `openssl dgst -sha256`, one after the other';
  return within('P9', work, [summary(own), summary(peer)], 0.65);
};

function bigFile(file: string): string {
  const fd = fs.openSync(file, 'w');
  const block = Buffer.alloc(MIB);
  for (let at = 0; at < GIB_IN_MIB; at += 1) {
    block.fill(createHash('sha512').update(`seed ${at}`).digest());
    fs.writeSync(fd, block);
  }
  fs.closeSync(fd);
  return file;
}

let stepRepository: Promise<StepRepository> | undefined;

/** `run` of a step with so many committed materials, whose product is new each time: the first time, and again. */
const running = (cache: 'cold' | 'unchanged', least: number) => async (stage: BenchStage) => {
  stepRepository ??= makeStepRepository(stage.at('run'), 50_000);
  const repo = await stepRepository;
  const own: Command = {
    program: process.execPath,
    args: [program, 'run', 'train', '--', 'sh', '-c', 'mkdir -p model; date +%N >model/weights'],
    cwd: repo.directory,
    env: repo.env,
    before: () => {
      if (cache === 'cold')
        fs.rmSync(path.join(repo.directory, '.git/mlchain'), { recursive: true, force: true });
    },
  };
  once(own);
  const times = alternate(ROUNDS, own, inTotoRun(stage, repo));
  const work = `run over 50,000 × 4 KB materials, ${cache} / \`in-toto-run --gpg\``;
  return faster('P10', work, times, least);
};

function inTotoRun(stage: BenchStage, { directory, env, owner, secretFile }: StepRepository): Command {
  const home = stage.at('gpg10');
  const gpgEnv = { ...env, GNUPGHOME: home };
  if (!fs.existsSync(home)) importKey(gpgHome(home), secretFile);
  const args = ['-n', 'train', '-m', 'data', '-p', 'model', '--gpg', owner.toLowerCase()];
  const command = ['sh', '-c', 'date +%N >model/weights'];
  return {
    program: 'in-toto-run',
    args: [...args, '--metadata-directory', stage.at('links'), '--', ...command],
    cwd: directory,
    env: gpgEnv,
    before: () => void fs.mkdirSync(stage.at('links'), { recursive: true }),
  };
}

/** Eight processes of one signer, each with a note for each of 500 commits. */
const writing: Measure = async (stage) => {
  const [processes, notes] = [8, 500];
  const directory = stage.at('notes');
  fs.mkdirSync(directory);
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 28 });
  git('init', '--quiet');
  const tree = git('write-tree').trim();
  const commits = Array.from({ length: notes }, (_, at) =>
    git(
      '-c',
      'user.name=Bench',
      '-c',
      'user.email=bench@example.org',
      'commit-tree',
      '-m',
      `${at}`,
      tree,
    ).trim(),
  );
  fs.writeFileSync(path.join(directory, 'commits'), commits.join('\n'));
  const script = fileURLToPath(new URL('./note-writer.ts', import.meta.url));
  const writers = Array.from({ length: processes }, (_, who) =>
    spawn(process.execPath, ['--import', 'tsx', script, directory, `${who}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  // That each compiles its own TypeScript first is no part of writing notes.
  await Promise.all(writers.map(({ stdout }) => event(stdout, 'data')));
  const started = performance.now();
  for (const { stdin } of writers) stdin.end();
  const codes = (await Promise.all(writers.map((writer) => event(writer, 'close')))).map(([code]) => code);
  const rate = (processes * notes) / ((performance.now() - started) / 1000);
  const lines = git('log', '--format=%N', '--notes=mlchain/BENCH', '--no-walk', ...commits);
  const kept = lines.split('\n').filter((line) => line !== '').length;
  if (codes.some((code) => code !== 0)) throw new Error(`a writer failed: ${codes.join(' ')}`);
  return {
    id: 'P11',
    work: `${processes} processes × ${notes} notes into one ref`,
    ours: `${rate.toFixed(0)} notes/s, ${processes * notes - kept} lost`,
    peer: '–',
    ratio: '–',
    wanted: '≥ 60 notes/s, none lost',
    reached: rate >= 60 && kept === processes * notes,
  };
};

/** The rows that are about bytes, in the order of the table. */
export const byteRows: Rows = [
  ['P9', hashing],
  ['P9', hashingTwo],
  ['P10', running('cold', 5)],
  ['P10', running('unchanged', 12)],
  ['P11', writing],
];
