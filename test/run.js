// `npm test`: builds, runs every suite (test/**/*.test.ts) in a process of its own, as many at once as there are
// processors, and ends with the line `N passed, N failed`. A suite that crashes, hangs, skips or holds no test fails.
// `npm test -- ledger cli/options` runs the suites whose path has one of these words in it.
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const PEERS = ['git', 'gpg', 'git-lfs', 'in-toto-run', 'in-toto-verify', 'man', 'pre-commit'];
const LONGEST = 15 * 60_000;

const missing = PEERS.filter((program) => !isOnPath(program));
if (missing.length > 0) {
  fail(
    `the tests need ${missing.join(', ')} (Debian: apt-get install git gnupg git-lfs in-toto man-db pre-commit)`,
  );
}
const suites = findSuites(process.argv.slice(2));
if (suites.length === 0) fail('no suite has that in its path');
execFileSync(process.execPath, ['build.js'], { cwd: root, stdio: 'inherit' });

// What several suites begin with is made once a run (test/support/team-template.ts).
const templates = mkdtempSync(path.join(os.tmpdir(), 'mlc-templates-'));
process.once('exit', () => rmSync(templates, { recursive: true, force: true }));

const running = new Set();
process.once('SIGINT', () => {
  for (const child of running) process.kill(-child.pid, 'SIGKILL');
  process.exit(130);
});

let passed = 0;
let failed = 0;
await Promise.all(Array.from({ length: Math.max(2, os.availableParallelism()) }, work));
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function work() {
  for (let suite = suites.shift(); suite !== undefined; suite = suites.shift()) {
    const started = Date.now();
    const result = judge(await run(suite));
    passed += result.passed;
    failed += result.failed;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${suite} (${result.passed} passed, ${seconds} s)`);
    if (result.failed > 0) console.log(`${result.why}\n${result.output}`);
  }
}

/** What uvu printed, checked against how the process ended: neither alone is believed. */
function judge({ output, code, signal }) {
  const total = number(output, 'Total');
  const good = number(output, 'Passed');
  if (total === undefined || good === undefined)
    return broken(0, output, `it ended (${signal ?? code}) without totals`);
  if (total === 0) return broken(0, output, 'it holds no test');
  if (number(output, 'Skipped') !== 0) return broken(good, output, 'it skips tests');
  if (good < total)
    return { passed: good, failed: total - good, output, why: `${total - good} of ${total} failed` };
  if (code !== 0) return broken(good, output, `all passed, yet it ended with ${signal ?? code}`);
  return { passed: good, failed: 0, output, why: '' };
}

function broken(good, output, why) {
  return { passed: good, failed: 1, output, why };
}

function number(output, word) {
  const last = [...output.matchAll(new RegExp(`^ {2}${word}: +(\\d+)$`, 'gm'))].at(-1);
  return last === undefined ? undefined : Number(last[1]);
}

function run(suite) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', suite], {
      cwd: root,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    let output = '';
    const limit = setTimeout(() => {
      output += `\nkilled after ${LONGEST / 60_000} minutes\n`;
      process.kill(-child.pid, 'SIGKILL');
    }, LONGEST);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      output += error.stack;
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ output, code, signal });
    });
  });
}

/** The tests must mean the same inside a git hook or under somebody's own settings. */
function environment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === 'MLCHAIN_VECTORS' || !/^(GIT|MLCHAIN|FORCE_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', TEAM_TEMPLATES: templates };
}

function findSuites(words) {
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.posix.join('test', ...file.split(path.sep)))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
