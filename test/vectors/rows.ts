import * as fs from 'node:fs';

/** The rows of a `.jsonl` file. The shape is the caller's word: the files are ours. */
export function readRows<T>(file: string): readonly T[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}
