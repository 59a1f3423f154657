import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Measure, onTop, pair, type Rows, within } from './compare.ts';
import { gpgHome, makeKey } from './gpg.ts';
import { alternate, type Command, once, type Times } from './measure.ts';
import { program } from './program.ts';
import type { BenchRepository } from './repository.ts';
import type { BenchStage } from './stage.ts';

const node = process.execPath;
const nothing: Command = { program: node, args: ['-e', '0'] };
/** `Growth is shown, not said`: three sizes, each ten times the one before. */
const SIZES = [1000, 10_000, 100_000] as const;

export function ours({ directory, env }: BenchRepository, ...args: string[]): Command {
  return { program: node, args: [program, ...args], cwd: directory, env };
}

export function git({ directory, env }: BenchRepository, ...args: string[]): Command {
  return { program: 'git', args, cwd: directory, env };
}

let serial = 0;

/** Makes one commit without hooks. */
export function commitFile(repo: BenchRepository, file: string): void {
  serial += 1;
  fs.mkdirSync(path.dirname(path.join(repo.directory, file)), { recursive: true });
  fs.writeFileSync(path.join(repo.directory, file), `change ${serial}\n`);
  once(git(repo, 'add', file));
  once(git(repo, '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', `change ${serial}`));
}

export function hook(repo: BenchRepository, before: () => void): Command {
  const args: string[] = [];
  const where = path.join(repo.directory, '.git', 'hooks', 'post-commit');
  return { program: where, args, cwd: repo.directory, env: repo.env, before };
}

/** The hook after a commit that changes one controlled file: what P3 and P6 are held against. */
function recording(repo: BenchRepository): Command {
  return hook(repo, () => commitFile(repo, 'data/set.csv'));
}

async function small(stage: BenchStage): Promise<BenchRepository> {
  return await stage.repository({ commits: 1000, files: 10_000 });
}

const p2: Measure = async (stage) => {
  const times = alternate(15, recording(await small(stage)), nothing);
  return within('P2', 'post-commit, 1,000 commits, 10,000 files / `node -e 0`', times, 4);
};

/** `in-toto-run` over the same two files; what it records is signed by gpg, and lies in a file beside them. */
const p2InToto: Measure = async (stage) => {
  const repo = await small(stage);
  const env = gpgHome(stage.at('gpg2'));
  const keyid = makeKey(env);
  const data = ['data/set.csv', 'data/fixed.csv'];
  const args = ['-n', 'prepare', '-m', ...data, '-p', ...data, '--gpg', keyid];
  const peer: Command = {
    program: 'in-toto-run',
    args: [...args, '--metadata-directory', stage.at('gpg2'), '--no-command'],
    cwd: repo.directory,
    env,
  };
  const times = alternate(9, recording(repo), peer);
  return within('P2', 'the same / `in-toto-run --gpg` on the same artifacts', times, 0.3);
};

const p3: Measure = async (stage) => {
  const large = await stage.repository({ commits: 100_000, files: 100_000 });
  const times = alternate(9, recording(large), recording(await small(stage)));
  return within('P3', 'post-commit, 100,000 commits, 100,000 files / P2', times, 1.5);
};

const p6 =
  (commits: number): Measure =>
  async (stage) => {
    const times = await verifyOne(stage, commits);
    return within('P6', `verify one new commit after ${count(commits)} / P2`, times, 1.5);
  };

async function verifyOne(stage: BenchStage, commits: number): Promise<[Times, Times]> {
  const repo = await stage.repository({ commits, files: 100 });
  once(ours(repo, 'verify', '--history'));
  const verify = { ...ours(repo, 'verify', '--history'), before: () => void once(recording(repo)) };
  return pair(alternate(9, verify, recording(await small(stage))));
}

/** Both push the same commit, with its note, each to a server of its own. */
const p6b: Measure = async (stage) => {
  const repo = await stage.repository({ commits: 10_000, files: 100 });
  const [server, other] = ['server.git', 'other.git'].map((name) => stage.at(name)) as [string, string];
  const notes = `refs/notes/mlchain/${repo.owner}`;
  for (const each of [server, other]) {
    execFileSync('git', ['init', '-q', '--bare', each], { env: repo.env });
    once(git(repo, 'push', '-q', '--no-verify', each, 'main', notes));
  }
  once(git(repo, 'remote', 'add', 'origin', server));
  once(ours(repo, 'sync', 'origin'));
  once(git(repo, 'push', '-q', 'origin', 'main'));
  const bare = `git push -q --no-verify "${other}" main && git push -q --no-verify "${other}" ${notes}`;
  const peer: Command = { program: 'sh', args: ['-c', bare], cwd: repo.directory, env: repo.env };
  const push = {
    ...git(repo, 'push', '-q', 'origin', 'main'),
    before: () => void once(recording(repo)),
  };
  const times = alternate(9, push, peer);
  return within('P6b', 'push of one commit with its evidence / two bare pushes', times, 1.3);
};

const p12 =
  (commits: number): Measure =>
  async (stage) => {
    const times = await logTwenty(stage, commits);
    return onTop('P12', `log -n 20, ${count(commits)} commits, warm / \`git log -n 20 --notes\``, times, 150);
  };

async function logTwenty(stage: BenchStage, commits: number): Promise<[Times, Times]> {
  const repo = await stage.repository({ commits, files: 100 });
  once(ours(repo, 'verify', '--history'));
  const log = ['log', '-n', '20'];
  return pair(alternate(7, ours(repo, ...log), git(repo, ...log, '--notes=mlchain/*')));
}

/** A terminal is shown the commits before anything is judged: how long until its first line, with nothing remembered. */
const p12Cold =
  (commits: number): Measure =>
  async (stage) => {
    const repo = await stage.repository({ commits, files: 100 });
    const forget = () =>
      fs.rmSync(path.join(repo.directory, '.git/mlchain'), { recursive: true, force: true });
    const own = { ...firstLine(ours(repo, 'log', '-n', '20')), before: forget };
    const peer = firstLine(git(repo, 'log', '-n', '20', '--notes=mlchain/*'));
    const work = `log -n 20, ${count(commits)} commits, cold: first line / \`git log -n 20 --notes\``;
    return onTop('P12', work, alternate(7, own, peer), 150);
  };

/** Ends once the command has written its first line to a terminal. */
function firstLine(shown: Command): Command {
  const command = [shown.program, ...shown.args].map((word) => `'${word}'`).join(' ');
  const script = `read -r line < <(exec script -qec "stty rows 40 cols 200; ${command}" /dev/null 2>&1); kill $!`;
  const env = { ...shown.env, TERM: 'xterm', PAGER: 'cat' };
  return { ...shown, program: 'bash', args: ['-c', script], env };
}

const p13 =
  (commits: number): Measure =>
  async (stage) => {
    const megabytes = await peakMemory(stage, commits);
    return {
      id: 'P13',
      work: `peak memory of P4, ${count(commits)} commits`,
      ours: `${megabytes.toFixed(0)} MB`,
      peer: '–',
      ratio: '–',
      wanted: '≤ 250 MB at 100,000',
      reached: commits === SIZES.at(-1) ? megabytes <= 250 : undefined,
    };
  };

async function peakMemory(stage: BenchStage, commits: number): Promise<number> {
  const repo = await stage.repository({ commits, files: 100 });
  const peak = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`;
  const env = { ...repo.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(peak)}` };
  const command = `"${node}" "${program}" verify --history --no-cache 2>&1 >/dev/null`;
  const output = execFileSync('sh', ['-c', command], { cwd: repo.directory, env, encoding: 'utf8' });
  return Number(/peak (\d+)/.exec(output)?.[1] ?? 0) / 1024;
}

/** One line for three sizes; 0 is "does not grow", 1 "twice the history, twice the work". */
const growth =
  (id: string, unit: string, at: (stage: BenchStage, commits: number) => Promise<number>): Measure =>
  async (stage) => {
    const values: number[] = [];
    for (const commits of SIZES) values.push(await at(stage, commits));
    const slope = Math.log10((values.at(-1) ?? 1) / (values[0] ?? 1)) / (SIZES.length - 1);
    return {
      id,
      work: `growth of ${id}: ${SIZES.map(count).join(' / ')} commits`,
      ours: values.map((value) => `${value.toFixed(0)} ${unit}`).join(' / '),
      peer: '–',
      ratio: `slope ${slope.toFixed(2)}`,
      wanted: '–',
      reached: slope <= 1.1,
    };
  };

async function recordOne(stage: BenchStage, commits: number): Promise<number> {
  const repo = await stage.repository({ commits, files: 100 });
  const [own] = alternate(7, recording(repo));
  return own?.median ?? 0;
}

async function verifyAll(stage: BenchStage, commits: number): Promise<number> {
  const repo = await stage.repository({ commits, files: 100 });
  return once(ours(repo, 'verify', '--history', '--no-cache'));
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** What a long history costs. */
export const historyRows: Rows = [
  ['P2', p2],
  ['P2', p2InToto],
  ['P2-growth', growth('P2', 'ms', recordOne)],
  ['P3', p3],
  ['P4-growth', growth('P4', 'ms', verifyAll)],
  ...SIZES.map((commits) => ['P6', p6(commits)] as const),
  ['P6-growth', growth('P6', 'ms', async (stage, commits) => (await verifyOne(stage, commits))[0].median)],
  ['P6b', p6b],
  ...SIZES.flatMap((commits) => [['P12', p12(commits)] as const, ['P12', p12Cold(commits)] as const]),
  ['P12-growth', growth('P12', 'ms', async (stage, commits) => (await logTwenty(stage, commits))[0].median)],
  ...SIZES.map((commits) => ['P13', p13(commits)] as const),
  ['P13-growth', growth('P13', 'MB', peakMemory)],
];
