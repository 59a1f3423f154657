// The layout's inspection: is the dataset what scripts/prepare.mjs makes of raw/digits.csv.gz?
//
// A signature says who made data/*.csv, not that the work was done well. This rebuilds the dataset from the
// raw file and compares bytes, so that swapped labels are found even where everybody signed and the model
// still scores well. It reads and never writes below the directory it runs in.
//
// Usage: node scripts/check-dataset.mjs     (exit code 1 at a difference)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rebuilt = mkdtempSync(join(tmpdir(), 'digits-'));
try {
  execFileSync(process.execPath, ['scripts/prepare.mjs', rebuilt]);
  const names = new Set([...readdirSync('data'), ...readdirSync(rebuilt)]);
  const differences = [...names].sort().map(compare).filter(Boolean);
  differences.forEach((difference) => {
    console.error(difference);
  });
  if (differences.length > 0) process.exitCode = 1;
  else console.log(`data: the same as rebuilt from raw/digits.csv.gz (${[...names].sort().join(', ')})`);
} finally {
  rmSync(rebuilt, { recursive: true });
}

/** What is wrong with data/NAME, in one line; undefined when it has the very bytes of the rebuilt file. */
function compare(name) {
  const [found, expected] = ['data', rebuilt].map((directory) => read(join(directory, name)));
  if (found === undefined) return `data/${name}: missing`;
  if (expected === undefined) return `data/${name}: scripts/prepare.mjs makes no such file`;
  if (!found.equals(expected)) return `data/${name}: ${firstDifference(lines(found), lines(expected))}`;
}

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function lines(bytes) {
  return bytes.toString('latin1').split('\n');
}

function firstDifference(found, expected) {
  const line = expected.findIndex((text, i) => text !== found[i]);
  if (line < 0)
    return `line ${expected.length + 1}: ${found.length - expected.length} more lines than rebuilt`;
  const [foundNumbers, expectedNumbers] = [found[line] ?? '', expected[line]].map((text) => text.split(','));
  const column = expectedNumbers.findIndex((number, i) => number !== foundNumbers[i]);
  const what = column === 64 ? 'label' : `number ${column + 1}`;
  if (column < 0) return `line ${line + 1}: more numbers than rebuilt`;
  return `line ${line + 1}: ${what} is ${foundNumbers[column] || 'missing'}, rebuilt from raw it is ${expectedNumbers[column] || 'missing'}`;
}
