import { execFileSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeLinkDirectory } from './links.ts';
import { alternate, type Command, ms, once, type Row, summary, timed } from './measure.ts';
import { program } from './program.ts';
import { byteRows } from './rows-bytes.ts';
import { commitFile, git, historyRows, hook, type Measure, ours } from './rows-history.ts';
import type { BenchStage } from './stage.ts';

const node = process.execPath;
const nothing: Command = { program: node, args: ['-e', '0'] };

function ratio(
  id: string,
  work: string,
  [own, peer]: readonly ReturnType<typeof summary>[],
  most: number,
  wanted: string,
): Row {
  if (own === undefined || peer === undefined) throw new Error('nothing was measured');
  const value = own.median / peer.median;
  return {
    id,
    work,
    ours: ms(own),
    peer: ms(peer),
    ratio: `${value.toFixed(2)} ×`,
    wanted,
    reached: value <= most,
  };
}

function faster(
  id: string,
  work: string,
  [own, peer]: readonly ReturnType<typeof summary>[],
  least: number,
  wanted: string,
): Row {
  if (own === undefined || peer === undefined) throw new Error('nothing was measured');
  const value = peer.median / own.median;
  return {
    id,
    work,
    ours: ms(own),
    peer: ms(peer),
    ratio: `${value.toFixed(1)} × faster`,
    wanted,
    reached: value >= least,
  };
}

const p1: Measure = async (stage) => {
  const repo = await stage.repository({ commits: 1000, files: 10_000 });
  commitFile(repo, 'data/set.csv');
  once(hook(repo, () => undefined));
  const times = alternate(
    21,
    hook(repo, () => void commitFile(repo, 'README.md')),
    nothing,
  );
  return ratio('P1', 'hook with nothing to do / `node -e 0`', times, 0.5, '≤ 0.5 ×');
};

const p4: Measure = async (stage) => {
  const repo = await stage.repository({ commits: 10_000, files: 100 });
  const home = gpgHome(stage, 'gpg4');
  const signed = signedCommits(stage, home, 60);
  const verify: Command = {
    program: 'git',
    args: ['verify-commit', ...signed.commits],
    cwd: signed.directory,
    env: signed.env,
  };
  const [own, peer] = alternate(3, ours(repo, 'verify', '--history', '--no-cache'), verify);
  if (own === undefined || peer === undefined) throw new Error('nothing was measured');
  const scaled = { ...peer, median: (peer.median / signed.commits.length) * 10_000 };
  return faster(
    'P4',
    'verify --no-cache --history, 10,000 links / `git verify-commit` (60, scaled)',
    [own, scaled],
    20,
    '≥ 20 × faster',
  );
};

const p5: Measure = async (stage) => {
  const repo = await stage.repository({ commits: 10_000, files: 100 });
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  const digest = crypto.randomBytes(32);
  const signature = crypto.sign(null, digest, privateKey);
  const log = git(repo, 'log', '--raw', '--no-renames', '--no-abbrev', '-z');
  const own: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    own.push(once(ours(repo, 'verify', '--history', '--no-cache')));
    const checks = timed(() => {
      for (let at = 0; at < 10_000; at += 1) crypto.verify(null, digest, publicKey, signature);
    });
    floor.push(checks + once(log));
  }
  return ratio(
    'P5',
    'the same / raw `node:crypto` checks + `git log --raw`',
    [summary(own), summary(floor)],
    2.5,
    '≤ 2.5 ×',
  );
};

const inToto =
  (id: string, steps: number, artifacts: number): Measure =>
  async (stage) => {
    const made = await makeLinkDirectory(stage.at(id), steps, artifacts);
    const home = gpgHome(stage, `gpg${id}`);
    execFileSync('gpg', ['--batch', '--quiet', '--import', made.ownerFile], { env: home, stdio: 'ignore' });
    const cwd = path.join(made.directory, 'product');
    const own = [program, 'verify', '--in-toto', '..', '--owner-cert', '../owner.asc'];
    const peer = ['--layout', '../root.layout', '--link-dir', '..', '--gpg', made.keyid];
    const times = alternate(
      3,
      { program: node, args: own, cwd },
      { program: 'in-toto-verify', args: peer, cwd, env: home },
    );
    return faster(
      id,
      `verify ${steps} links × ${artifacts} artifacts / \`in-toto-verify\``,
      times,
      10,
      '≥ 10 × faster',
    );
  };

function gpgHome(stage: BenchStage, name: string): NodeJS.ProcessEnv {
  const home = stage.at(name);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  return { PATH: process.env.PATH, HOME: home, GNUPGHOME: home, LC_ALL: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' };
}

/** As many commits, each signed by gpg as `git commit -S` does it. */
function signedCommits(stage: BenchStage, env: NodeJS.ProcessEnv, count: number) {
  const directory = stage.at('signed');
  fs.mkdirSync(directory);
  execFileSync(
    'gpg',
    [
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-gen-key',
      'Bench <bench@example.org>',
      'ed25519',
      'sign',
    ],
    { env, stdio: 'ignore' },
  );
  const run = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', ...args], {
      cwd: directory,
      env,
      encoding: 'utf8',
    });
  run('init', '-q');
  for (let at = 0; at < count; at += 1) run('commit', '-q', '-S', '--allow-empty', '-m', `${at}`);
  return { directory, env, commits: run('log', '--format=%H').trim().split('\n') };
}

/** The rows of the table, in its order. */
export const rows: readonly (readonly [id: string, measure: Measure])[] = [
  ['P1', p1],
  ['P4', p4],
  ['P5', p5],
  ...historyRows,
  ['P7', inToto('P7', 4, 50_000)],
  ['P8', inToto('P8', 50, 1000)],
  ...byteRows,
];
