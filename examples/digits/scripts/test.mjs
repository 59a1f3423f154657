// Step "test": data/test.csv and model/digits.json -> metrics/accuracy.json
//
// Usage: node scripts/test.mjs     (exit code 1 when the model is not good enough)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const REQUIRED = 0.93;

const { weights } = JSON.parse(readFileSync('model/digits.json', 'utf8'));
const lines = readFileSync('data/test.csv', 'utf8').trimEnd().split('\n');

const right = lines.filter((line) => {
  const numbers = line.split(',').map(Number);
  const label = numbers.pop();
  return recognise(numbers.map((value) => value / 16)) === label;
}).length;
const accuracy = Math.round((right / lines.length) * 10000) / 10000;

mkdirSync('metrics', { recursive: true });
const metrics = { accuracy, right, of: lines.length, required: REQUIRED };
writeFileSync('metrics/accuracy.json', `${JSON.stringify(metrics, null, 1)}\n`);
console.log(`accuracy ${accuracy.toFixed(4)}: ${right} of ${lines.length} digits recognised`);
if (accuracy < REQUIRED) {
  console.error(`accuracy ${accuracy.toFixed(4)} is below ${REQUIRED}: this model must not be packaged`);
  process.exitCode = 1;
}

/** The digit whose row of weights (64 pixels, then the bias) scores the image highest. */
function recognise(pixels) {
  const scores = weights.map((row) => pixels.reduce((sum, value, i) => sum + value * row[i], row.at(-1)));
  return scores.indexOf(Math.max(...scores));
}
