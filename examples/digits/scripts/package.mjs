// Step "package": model/digits.json and metrics/accuracy.json -> dist/digits.json
//
// One file to hand out: the model, how good it is, and a card that says what it is for.
//
// Usage: node scripts/package.mjs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const model = JSON.parse(readFileSync('model/digits.json', 'utf8'));
const metrics = JSON.parse(readFileSync('metrics/accuracy.json', 'utf8'));

const card = {
  name: 'digits',
  task: 'recognise one handwritten digit in an image of 8 x 8 pixels',
  input: '64 integers from 0 (white) to 16 (black), row by row; divide each by 16',
  output: 'the index of the row of weights (64 pixels, then the bias) with the highest score',
  data: 'Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, CC BY 4.0',
  limits: 'a teaching example: no letters, no photographs, no other image size',
};

mkdirSync('dist', { recursive: true });
writeFileSync('dist/digits.json', `${JSON.stringify({ card, metrics, model })}\n`);
console.log(`dist/digits.json: digits with accuracy ${metrics.accuracy}`);
