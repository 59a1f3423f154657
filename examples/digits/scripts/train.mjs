// Step "train": data/train.csv -> model/digits.json
//
// Softmax regression: ten linear scores, one for each digit, turned into probabilities. Learned by stochastic
// gradient descent. The seed is fixed and the weights are rounded, so two trainings on the same data give the
// same file, byte for byte.
//
// Usage: node scripts/train.mjs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const SEED = 20;
const EPOCHS = 30;
const LEARNING_RATE = 0.05;
const PIXELS = 64;
const DIGITS = 10;

const digits = readDigits('data/train.csv');
const weights = Array.from({ length: DIGITS }, () => new Float64Array(PIXELS + 1)); // the last one is the bias
const random = randomNumbers(SEED);
for (let epoch = 0; epoch < EPOCHS; epoch++) {
  shuffle(digits, random);
  for (const digit of digits) learn(digit);
}

mkdirSync('model', { recursive: true });
writeFileSync('model/digits.json', modelFile());
console.log(`model/digits.json: learned from ${digits.length} digits, ${EPOCHS} times each`);

/** One step downhill: each score moves by how far its probability is from what it should have been. */
function learn({ pixels, label }) {
  const probabilities = softmax(weights.map((row) => score(row, pixels)));
  weights.forEach((row, digit) => {
    const step = LEARNING_RATE * ((digit === label ? 1 : 0) - probabilities[digit]);
    for (let i = 0; i < PIXELS; i++) row[i] += step * pixels[i];
    row[PIXELS] += step;
  });
}

function score(row, pixels) {
  let sum = row[PIXELS];
  for (let i = 0; i < PIXELS; i++) sum += row[i] * pixels[i];
  return sum;
}

/** Scores to probabilities. The greatest score is taken off first, so that exp() cannot overflow. */
function softmax(scores) {
  const greatest = Math.max(...scores);
  const powers = scores.map((value) => Math.exp(value - greatest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Fisher-Yates: every order equally likely. */
function shuffle(list, next) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
}

/** mulberry32: numbers from 0 to 1 that look random and are the same for the same seed. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function readDigits(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const numbers = line.split(',').map(Number);
    return { pixels: numbers.slice(0, PIXELS).map((value) => value / 16), label: numbers[PIXELS] };
  });
}

/** One row of weights a line, so that `git diff` shows which digit changed. */
function modelFile() {
  const rows = weights.map((row) => `  [${Array.from(row, (value) => value.toFixed(4)).join(', ')}]`);
  const settings = JSON.stringify({ seed: SEED, epochs: EPOCHS, learningRate: LEARNING_RATE });
  return `{\n "kind": "softmax regression",\n "training": ${settings},\n "weights": [\n${rows.join(',\n')}\n ]\n}\n`;
}
