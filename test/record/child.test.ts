import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePerson, projectRoot } from '../support/person.ts';
import { makeScratch } from '../support/scratch.ts';

/*
 * What is tested here is how a command shares a process with whoever started it – streams, signals, time. So it is
 * started from a process of its own, a few lines of script, and seen from outside.
 */
const STARTER = `
import { runCommand } from '${path.join(projectRoot, 'src/record/child.ts')}';
import * as fs from 'node:fs';
const request = JSON.parse(process.argv[2]);
try {
  const end = await runCommand({ cwd: process.cwd(), env: process.env, recordStreams: false, outputTo: 'stdout', ...request });
  fs.writeFileSync('end', JSON.stringify(end));
} catch (error) {
  fs.writeFileSync('end', JSON.stringify({ code: error.code, message: error.message }));
}
`;

interface Seen {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: Readonly<Record<string, unknown>>;
}

async function start(
  request: object,
  wrap: (command: string) => string = (command) => command,
): Promise<Seen> {
  const scratch = makeScratch();
  const person = await makePerson('Alice');
  const script = scratch.write('start.mts', STARTER);
  const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  const tsx = path.join(projectRoot, 'node_modules/.bin/tsx');
  const command = [tsx, script, JSON.stringify(request)].map(quoted).join(' ');
  const { stdout, stderr } = await person.exec('sh', ['-c', wrap(command)], {
    cwd: scratch.path,
    code: 'any',
  });
  const end = JSON.parse(fs.readFileSync(path.join(scratch.path, 'end'), 'utf8'));
  scratch.cleanup();
  await person.cleanup();
  return { stdout, stderr, end };
}

/** A process that has ended may stay a zombie where nobody collects it. */
function isRunning(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

test("a command's output goes through as it comes, and its exit code is told", async () => {
  const { stdout, stderr, end } = await start({ command: ['sh', '-c', 'echo out; echo err >&2; exit 3'] });
  assert.is(stdout, 'out\n');
  assert.is(stderr, 'err\n');
  assert.equal(end, { code: 3, isTimedOut: false, stdout: '', stderr: '' });
});

test('where standard output carries a document, the command speaks on standard error', async () => {
  const { stdout, stderr } = await start({ command: ['echo', 'out'], outputTo: 'stderr' });
  assert.is(stdout, '');
  assert.is(stderr, 'out\n');
});

test('recorded streams are shown and kept, each cut at 64 KiB with a note', async () => {
  const command = ['sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x; printf "é" >&2'];
  const { stdout, stderr, end } = await start({ command, recordStreams: true });
  assert.is(stdout.length, 100_000);
  assert.is(stderr, 'é');
  assert.is(end.stderr, 'é');
  const kept = String(end.stdout);
  assert.is(kept.slice(0, 65_536), 'x'.repeat(65_536));
  assert.is(kept.slice(65_536), '\n[cut by git-mlchain after 65536 of 100000 bytes]\n');
});

test('a character that the cut would halve is left out whole', async () => {
  const command = ['sh', '-c', 'printf x; head -c 70000 /dev/zero | sed "s/\\x00/é/g"'];
  const { end } = await start({ command, recordStreams: true });
  const [text = ''] = String(end.stdout).split('\n[cut');
  assert.not(text.includes('�'));
  assert.ok(text.endsWith('é'));
});

test('a command past its time is ended with all it started', async () => {
  const command = ['sh', '-c', 'sleep 60 & echo $!; wait'];
  const { stdout, end } = await start({ command, timeoutMs: 300 });
  assert.ok(end.isTimedOut);
  assert.is(end.signal, 'SIGTERM');
  assert.not(isRunning(stdout.trim()));
});

test('what a command leaves running does not hold us up', async () => {
  const { end } = await start({ command: ['sh', '-c', 'sleep 30 >&2 & echo $! >&2'], recordStreams: true });
  assert.is(end.code, 0);
  process.kill(Number(String(end.stderr).trim()));
});

test('a signal is the command’s to answer, and we are there when it has', async () => {
  const script = 'trap "echo saved; exit 7" TERM; echo ready; while :; do sleep 0.1; done';
  const wrap = (command: string) =>
    `${command} >out & starter=$!; until grep -q ready out; do sleep 0.1; done; kill -TERM $starter; wait $starter; cat out`;
  const { stdout, end } = await start({ command: ['sh', '-c', script] }, wrap);
  assert.is(stdout, 'ready\nsaved\n');
  assert.is(end.code, 7);
});

test('a program that is not there is an error in words', async () => {
  const { end } = await start({ command: ['no-such-program'] });
  assert.equal(end, { code: 'failed', message: "cannot start 'no-such-program': not found" });
});

test.run();
