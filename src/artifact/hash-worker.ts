import { parentPort } from 'node:worker_threads';
import type { BlobBatch } from './blob-batch.ts';
import { workOn } from './blob-batch.ts';
import { FileHasher } from './hash-file.ts';
import type { HashAnswer, HashJob } from './hash-large.ts';
import type { BatchAnswer } from './prove-blobs.ts';

/** A thread of its own, bundled as `dist/hash-worker.js`: hashes one file after the other, as it is told. */
const answer = (message: HashAnswer | BatchAnswer): void => parentPort?.postMessage(message);
let hasher: FileHasher | undefined;

parentPort?.on('message', async (job: HashJob | BlobBatch) => {
  if ('file' in job) answer({ result: await hashOne(job) });
  else answer(workOff(job));
});

async function hashOne({ file, blobFormat }: HashJob) {
  hasher ??= new FileHasher((_unit, done) => answer({ hashed: done }));
  return await hasher.hashIfThere(file, blobFormat);
}

function workOff(batch: BlobBatch): BatchAnswer {
  const work = workOn(batch);
  while (work.next().done !== true);
  return { done: true };
}
