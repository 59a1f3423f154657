import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inspectionEnvironment, runInspection } from '../../src/gather/inspection.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
});
test.after.each(() => scratch.cleanup());

function run(script: string, timeoutMs = 20_000): ReturnType<typeof runInspection> {
  return runInspection({
    argv: ['sh', '-c', script],
    cwd: scratch.path,
    timeoutMs,
    env: inspectionEnvironment(scratch.path),
  });
}

test('a command that succeeds says so, with what it printed', async () => {
  const result = await run('echo out; echo err >&2; pwd >where');
  assert.equal(result, {
    returnValue: 0,
    timedOut: false,
    problem: undefined,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  assert.is(scratch.read('where').toString().trim(), scratch.path);
});

test('a command that fails keeps its own exit code', async () => {
  const { returnValue, timedOut } = await run('exit 7');
  assert.is(returnValue, 7);
  assert.not(timedOut);
});

test('a command that a signal ends has no return value, and says which signal', async () => {
  const { returnValue, problem } = await run('kill -TERM $$');
  assert.is(returnValue, undefined);
  assert.match(problem ?? '', /SIGTERM/);
});

test('a command that does not exist, or is empty, is a result without a return value', async () => {
  const options = { cwd: scratch.path, timeoutMs: 1000, env: inspectionEnvironment(scratch.path) };
  const missing = await runInspection({ ...options, argv: ['no-such-program-anywhere'] });
  assert.is(missing.returnValue, undefined);
  assert.match(missing.problem ?? '', /ENOENT/);
  assert.is((await runInspection({ ...options, argv: [] })).returnValue, undefined);
});

test('a command that hangs is killed with all it forked', async () => {
  const result = await run('(sleep 60; echo late >survivor) & echo $! >pid; wait', 300);
  assert.ok(result.timedOut);
  assert.is(result.returnValue, undefined);
  assert.match(result.problem ?? '', /within 0\.3 s/);
  await isGone(Number(scratch.read('pid').toString()));
});

test('a command that ends leaves nobody behind who could change the products afterwards', async () => {
  const result = await run('(sleep 60) & echo $! >pid; exit 0');
  assert.is(result.returnValue, 0);
  await isGone(Number(scratch.read('pid').toString()));
});

test('a child that left the group and holds the pipes does not hold the verifier, and is killed', async () => {
  const result = await run(
    'setsid sh -c "sleep 60 & echo \\$! >pid; wait" & while ! [ -s pid ]; do sleep 0.05; done',
  );
  assert.is(result.returnValue, 0);
  await isGone(Number(scratch.read('pid').toString()));
});

test('another process with the same home is none of its', async () => {
  const env = inspectionEnvironment(scratch.path);
  const other = spawn('sleep', ['60'], { env, stdio: 'ignore' });
  assert.is((await run('exit 0')).returnValue, 0);
  assert.is(other.exitCode ?? other.signalCode, null);
  other.kill();
});

test('output without end is cut, and the command not blocked by it', async () => {
  const { returnValue, stdout, stderr } = await run(
    'head -c 300000 /dev/zero | tr "\\0" x; head -c 300000 /dev/zero >&2',
  );
  assert.is(returnValue, 0);
  assert.is(stdout.length, 65536);
  assert.is(stderr.length, 65536);
});

test('standard input is empty and there is no terminal', async () => {
  assert.is((await run('[ -z "$(cat)" ] && ! (: </dev/tty) 2>/dev/null')).returnValue, 0);
});

test('nothing of the environment of the verifier gets in', async () => {
  const outer = {
    PATH: process.env.PATH,
    SECRET_TOKEN: 'x',
    NODE_OPTIONS: '--bad',
    GIT_DIR: '/x',
    LD_PRELOAD: 'y',
  };
  const env = inspectionEnvironment(scratch.path, outer);
  const { stdout } = await runInspection({ argv: ['env'], cwd: scratch.path, timeoutMs: 5000, env });
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  assert.equal(names.toSorted(), ['HOME', 'LC_ALL', 'MLCHAIN_INSPECTION', 'PATH', 'TMPDIR', 'TZ']);
});

test('a delivered file called sh is not run for a PATH with a relative part', async () => {
  const file = scratch.write('sh', '#!/bin/sh\ntouch hacked\n');
  fs.chmodSync(file, 0o755);
  const env = inspectionEnvironment(scratch.path, { PATH: `.::bin:${process.env.PATH}` });
  const result = await runInspection({ argv: ['sh', '-c', 'true'], cwd: scratch.path, timeoutMs: 5000, env });
  assert.is(result.returnValue, 0);
  assert.not(fs.existsSync(path.join(scratch.path, 'hacked')));
});

/** A killed process is gone, or a zombie until its new parent looks. */
async function isGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (!isRunning(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.unreachable(`process ${pid} is still there`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = fs.existsSync(`/proc/${pid}/stat`) ? fs.readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return !/\) [ZX] /.test(status);
}

test.run();
