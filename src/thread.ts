import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Where a thread's code lies, seen from a chunk, from the bundle and from the sources; nowhere else is looked. */
const PLACES = ['../', './', '../dist/'];

/** Makes threads that run what `build.js` bundles under this name; undefined where that is not to be found. */
export function threadMaker(name: 'hash-worker' | 'check-worker'): (() => Worker) | undefined {
  const files = PLACES.map((place) => fileURLToPath(new URL(`${place}${name}.js`, import.meta.url)));
  const script = files.find(fs.existsSync);
  return script === undefined ? undefined : () => new Worker(script, { execArgv: [] });
}
