#!/usr/bin/env node
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as nodeModule from 'node:module';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import { bestEffort } from '../user/best-effort.ts';
import { CodeCache } from '../user/code-cache.ts';

/** A cache is written anew after a run that compiled this much more: the one before ended early, perhaps. */
const WORTH_WRITING_BYTES = 128 * 1024;
/** How much was compiled then, before what V8 reads: that has to begin at a multiple of eight. */
const COMPILED_OCTETS = 8;
const USAGE_EXIT = 2;
const WORDS = /^[a-z]+(-[a-z]+)*$/;

interface NewerNode {
  readonly enableCompileCache?: (directory: string) => unknown;
}

type Wrapped = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  file: string,
  directory: string,
) => void;

/**
 * Runs the program with what V8 made of it in an earlier run of the same command, so that it is neither parsed nor
 * compiled again. Where there is no such cache, or it is not ours, the program is compiled as ever.
 */
function start(program: string, [word = '', second = '']: readonly string[]): void {
  const bytes = fs.readFileSync(program);
  const cache = bestEffort(() => CodeCache.open(process.env));
  const name = `${command(word, second)}-${digestOf(bytes)}`;
  const kept = cache && bestEffort(() => cache.read(name));
  const cachedData = kept?.subarray(COMPILED_OCTETS);
  // It is ASCII (build.js).
  const text = nodeModule.wrap(bytes.toString('latin1'));
  const script = new vm.Script(text, { filename: program, ...(cachedData && { cachedData }) });
  if (cache !== undefined) {
    rememberModules(cache);
    const known = script.cachedDataRejected === false ? (kept?.readDoubleLE() ?? 0) : 0;
    process.once('exit', (code) => {
      const compiled = v8.getHeapCodeStatistics().bytecode_and_metadata_size;
      // A word that is no command would leave a file as well.
      if (code === USAGE_EXIT || compiled - known < WORTH_WRITING_BYTES) return;
      bestEffort(() => cache.write(name, content(compiled, script)));
    });
  }
  const module = { exports: {} };
  const require = nodeModule.createRequire(program);
  const run: Wrapped = script.runInThisContext();
  run(module.exports, require, module, program, path.dirname(program));
}

/** Each command has a cache of its own: a hook need not read what only `verify` calls. */
function command(word: string, second: string): string {
  const words = word === 'hook' ? [word, second] : [word];
  return words.every((each) => WORDS.test(each)) ? words.join('-') : 'other';
}

/** Of all that V8's code depends on: two kinds of start do not take each other's. */
function digestOf(program: Buffer): string {
  const digest = createHash('sha256').update(program);
  return digest
    .update(`\0${process.version} ${process.arch} ${v8.cachedDataVersionTag()}`)
    .digest('hex')
    .slice(0, 32);
}

/** From 22.1 on Node keeps what it compiled of libraries, and checks itself that it belongs to them. */
function rememberModules(cache: CodeCache): void {
  const { enableCompileCache } = nodeModule as NewerNode;
  enableCompileCache?.(path.join(cache.directory, 'modules'));
}

function content(compiled: number, script: vm.Script): Buffer {
  const head = Buffer.alloc(COMPILED_OCTETS);
  head.writeDoubleLE(compiled);
  return Buffer.concat([head, script.createCachedData()]);
}

start(fileURLToPath(new URL('program.cjs', import.meta.url)), process.argv.slice(2));
