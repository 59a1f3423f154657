import { parentPort } from 'node:worker_threads';
import { readBatch } from './check-batch.ts';
import { Ed25519 } from './ed25519.ts';

/** A thread of its own, bundled as `dist/check-worker.js`: tells of each batch which signatures fit. */
const arithmetic = new Ed25519();
parentPort?.on('message', (batch: Uint8Array) => {
  const fitting = [...readBatch(batch)].flatMap(
    ({ key, signature, signed }) => arithmetic.answer(key, signature, signed) ?? [],
  );
  parentPort?.postMessage(fitting.join(''));
});
