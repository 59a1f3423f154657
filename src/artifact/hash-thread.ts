import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Where the thread's code lies, seen from a chunk, from the bundle and from the sources; nowhere else is looked. */
const SCRIPTS = ['../hash-worker.js', './hash-worker.js', '../../dist/hash-worker.js'];

/** Makes threads that hash (`hash-worker.ts`); undefined where their code is not to be found. */
export function threadMaker(): (() => Worker) | undefined {
  const script = SCRIPTS.map((each) => fileURLToPath(new URL(each, import.meta.url))).find(fs.existsSync);
  return script === undefined ? undefined : () => new Worker(script, { execArgv: [] });
}
