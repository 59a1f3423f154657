import { parentPort } from 'node:worker_threads';
import { FileHasher } from './hash-file.ts';
import type { HashAnswer, HashJob } from './hash-large.ts';

/** A thread of its own, bundled as `dist/hash-worker.js`: hashes one file after the other, as it is told. */
const answer = (message: HashAnswer): void => parentPort?.postMessage(message);
const hasher = new FileHasher((_unit, done) => answer({ hashed: done }));
parentPort?.on('message', async ({ file, blobFormat }: HashJob) => {
  answer({ result: await hasher.hashIfThere(file, blobFormat) });
});
