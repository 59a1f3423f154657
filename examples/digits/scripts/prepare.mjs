// Step "prepare": raw digits -> data/train.csv and data/test.csv
//
// Which of the two files a digit goes to is decided by a hash of its own line, not by a random generator: the
// same raw file gives the same split, byte for byte, on every machine, and a digit added later moves no other.
//
// Usage: node scripts/prepare.mjs [DIRECTORY]     (default: data)
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const SEED = 'digits-1';
const TEST_SHARE = 0.2;

const directory = process.argv[2] ?? 'data';
const lines = gunzipSync(readFileSync('raw/digits.csv.gz')).toString().trimEnd().split('\n');
lines.forEach(check);

const test = lines.filter((line) => fraction(line) < TEST_SHARE);
const train = lines.filter((line) => fraction(line) >= TEST_SHARE);

mkdirSync(directory, { recursive: true });
writeFileSync(`${directory}/train.csv`, `${train.join('\n')}\n`);
writeFileSync(`${directory}/test.csv`, `${test.join('\n')}\n`);
console.log(`${directory}: ${train.length} digits to train on, ${test.length} to test with`);

/** A line is 64 pixels from 0 to 16, row by row, then the label from 0 to 9. */
function check(line, index) {
  const numbers = line.split(',').map(Number);
  const label = numbers.pop();
  const good =
    numbers.length === 64 &&
    numbers.every((pixel) => Number.isInteger(pixel) && pixel >= 0 && pixel <= 16) &&
    Number.isInteger(label) &&
    label >= 0 &&
    label <= 9;
  if (!good) throw new Error(`raw/digits.csv.gz: line ${index + 1} is not a digit: ${line}`);
}

/** Where a line stands between 0 and 1: the first 32 bits of a hash over seed and line. */
function fraction(line) {
  return createHash('sha256').update(`${SEED}\n${line}`).digest().readUInt32BE(0) / 2 ** 32;
}
