import * as fs from 'node:fs';
import * as os from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Progress } from '../progress.ts';
import { Steps } from '../progress.ts';
import { threadMaker } from '../thread.ts';
import type { FileHash } from './hash-file.ts';
import { FileHasher } from './hash-file.ts';

export interface HashJob {
  readonly file: string;
  /** Asks for the blob id too. */
  readonly blobFormat: 'sha1' | 'sha256' | undefined;
}

/** What a thread says: how many bytes of its file are done, or what the file is; undefined: it is not there. */
export type HashAnswer = { readonly hashed: number } | { readonly result: FileHash | undefined };

type Take<Job> = (job: Job, found: FileHash | undefined) => void;

/** To start a thread takes as long as to hash some forty MiB. */
const WORTH_THREADS_BYTES = 64 * 1024 * 1024;

/** Hashes large files, side by side where that pays. @throws the error of node:fs */
export async function hashLarge<Job extends HashJob>(
  jobs: readonly Job[],
  progress: Progress,
  take: Take<Job>,
): Promise<void> {
  const sizes = jobs.map(({ file }) => fs.lstatSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const makeThread = threadMaker('hash-worker');
  if (jobs.length > 1 && total >= WORTH_THREADS_BYTES && makeThread !== undefined) {
    return await inThreads(makeThread, jobs, new Steps(progress, 'bytes', total), take);
  }
  const hasher = new FileHasher(progress);
  for (const job of jobs) take(job, await hasher.hashIfThere(job.file, job.blobFormat));
}

/** One that fails ends them all: nobody waits for the others. */
async function inThreads<Job extends HashJob>(
  makeThread: () => Worker,
  jobs: readonly Job[],
  steps: Steps,
  take: Take<Job>,
): Promise<void> {
  const left = [...jobs];
  const count = Math.min(os.availableParallelism(), left.length);
  const threads = Array.from({ length: count }, makeThread);
  const work = async (thread: Worker): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const { file, blobFormat } = job;
      take(job, await hashIn(thread, { file, blobFormat }, steps));
    }
  };
  try {
    await Promise.all(threads.map(work));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

async function hashIn(thread: Worker, job: HashJob, steps: Steps): Promise<FileHash | undefined> {
  let told = 0;
  const settled = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      const { signal } = settled;
      const hear = (answer: HashAnswer): void => {
        if ('result' in answer) {
          resolve(answer.result);
          return;
        }
        void steps.next(answer.hashed - told);
        told = answer.hashed;
      };
      listen(thread, signal, 'message', hear);
      listen(thread, signal, 'error', reject);
      listen(thread, signal, 'exit', () => reject(new Error(`the thread that hashed '${job.file}' ended`)));
      thread.postMessage(job);
    });
  } finally {
    settled.abort();
  }
}

function listen<Heard>(
  thread: Worker,
  signal: AbortSignal,
  event: 'message' | 'error' | 'exit',
  hear: (heard: Heard) => void,
): void {
  thread.on(event, hear);
  signal.addEventListener('abort', () => thread.off(event, hear), { once: true });
}
