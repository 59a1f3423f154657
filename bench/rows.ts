import { execFileSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { faster, type Measure, pair, type Rows, within } from './compare.ts';
import { gpgHome, importKey, makeKey } from './gpg.ts';
import { makeLinkDirectory } from './links.ts';
import { alternate, type Command, once, summary, timed } from './measure.ts';
import { program } from './program.ts';
import { byteRows } from './rows-bytes.ts';
import { commitFile, git, historyRows, hook, ours } from './rows-history.ts';
import type { BenchStage } from './stage.ts';

const node = process.execPath;
const nothing: Command = { program: node, args: ['-e', '0'] };
/** `git verify-commit` of 10,000 commits takes minutes; so many tell what one takes. */
const SAMPLE = 300;
/** Artifacts from which on the peer takes seconds. */
const MANY = 10_000;

const p1: Measure = async (stage) => {
  const repo = await stage.repository({ commits: 1000, files: 10_000 });
  commitFile(repo, 'data/set.csv');
  once(hook(repo, () => undefined));
  const times = alternate(
    21,
    hook(repo, () => void commitFile(repo, 'README.md')),
    nothing,
  );
  return within('P1', 'hook with nothing to do / `node -e 0`', times, 0.5);
};

const p4: Measure = async (stage) => {
  const repo = await stage.repository({ commits: 10_000, files: 100 });
  const home = gpgHome(stage.at('gpg4'));
  const signed = signedCommits(stage, home, SAMPLE);
  const verify: Command = {
    program: 'git',
    args: ['verify-commit', ...signed.commits],
    cwd: signed.directory,
    env: signed.env,
  };
  const [own, peer] = pair(alternate(3, ours(repo, 'verify', '--history', '--no-cache'), verify));
  const scaled = { ...peer, median: (peer.median / signed.commits.length) * 10_000 };
  const work = `verify --no-cache --history, 10,000 links / \`git verify-commit\` (${SAMPLE}, scaled)`;
  return faster('P4', work, [own, scaled], 20);
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
  const work = 'the same / raw `node:crypto` checks + `git log --raw`';
  return within('P5', work, [summary(own), summary(floor)], 2.5);
};

const inToto =
  (id: string, steps: number, artifacts: number): Measure =>
  async (stage) => {
    const made = await makeLinkDirectory(stage.at(id), steps, artifacts);
    const home = gpgHome(stage.at(`gpg${id}`));
    importKey(home, made.ownerFile);
    const cwd = path.join(made.directory, 'product');
    const own = [program, 'verify', '--in-toto', '..', '--owner-cert', '../owner.asc'];
    const peer = ['--layout', '../root.layout', '--link-dir', '..', '--gpg', made.keyid];
    const times = alternate(
      artifacts > MANY ? 3 : 9,
      { program: node, args: own, cwd },
      { program: 'in-toto-verify', args: peer, cwd, env: home },
    );
    return faster(id, `verify ${steps} links × ${artifacts} artifacts / \`in-toto-verify\``, times, 10);
  };

/** As many commits, each signed by gpg as `git commit -S` does it. */
function signedCommits(stage: BenchStage, env: NodeJS.ProcessEnv, count: number) {
  const directory = stage.at('signed');
  fs.mkdirSync(directory);
  makeKey(env);
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
export const rows: Rows = [
  ['P1', p1],
  ['P4', p4],
  ['P5', p5],
  ...historyRows,
  ['P7', inToto('P7', 4, 50_000)],
  ['P8', inToto('P8', 50, 1000)],
  ...byteRows,
];
