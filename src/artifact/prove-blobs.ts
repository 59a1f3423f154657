import * as os from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Progress } from '../progress.ts';
import { Steps } from '../progress.ts';
import { threadMaker } from '../thread.ts';
import type { BlobBatch } from './blob-batch.ts';
import { doneIn, workOn } from './blob-batch.ts';

/** What a thread says when nothing is left of a batch. */
export type BatchAnswer = { readonly done: true };

/** To start a thread takes as long as to hash some four thousand small files. */
const WORTH_THREAD_FILES = 4096;
/** More of them only wait for the file system. */
const MAX_THREADS = 8;

/** Works on a batch until all is done, with other threads where that pays. @throws Error where a thread fails */
export async function proveBlobs(batch: BlobBatch, total: number, progress: Progress): Promise<void> {
  const steps = new Steps(progress, 'files', total);
  const threads = startThreads(total);
  const others = Promise.all(threads.map((thread) => allDone(thread, batch)));
  // Heard below, unless it does not matter any more.
  others.catch(() => undefined);
  let told = 0;
  for (const _portion of workOn(batch)) {
    const done = doneIn(batch);
    await steps.next(done - told);
    told = done;
  }
  try {
    // One that has not even started yet is not waited for.
    if (doneIn(batch) < total) await others;
  } finally {
    for (const thread of threads) void thread.terminate();
  }
  steps.end();
}

function startThreads(total: number): readonly Worker[] {
  const count = Math.min(os.availableParallelism(), MAX_THREADS, Math.floor(total / WORTH_THREAD_FILES) + 1);
  const make = count > 1 ? threadMaker('hash-worker') : undefined;
  return make === undefined ? [] : Array.from({ length: count - 1 }, make);
}

async function allDone(thread: Worker, batch: BlobBatch): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    thread.once('message', (_answer: BatchAnswer) => resolve());
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('a thread that hashed files ended')));
    thread.postMessage(batch);
  });
}
