import { setFlagsFromString } from 'node:v8';

/** Per cent; 0 leaves it to V8, which lets a small heap grow to four times what is alive before it looks. */
const GROWTH = '--heap-growing-percent';
const SPARING = 100;

/** Work of which little is alive at any time and much has been: memory costs what is held, and little time more. */
export async function sparingHeap<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString(`${GROWTH}=${SPARING}`);
  try {
    return await work();
  } finally {
    // Also because code that V8 keeps belongs to its flags (src/cli/start.ts).
    setFlagsFromString(`${GROWTH}=0`);
  }
}
