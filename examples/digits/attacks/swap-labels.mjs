// An attack to try the chain with: every 2 is called a 5 and every 5 a 2, in the training and in the test data.
//
// The model learns the swapped names and the test asks for them, so the accuracy stays as good as before; and
// when the person who prepares the dataset does not notice, every signature on it is genuine. Only the rebuild
// from the raw data (scripts/check-dataset.mjs) shows it.
//
// Usage: node swap-labels.mjs [DIRECTORY]     (default: data)
import { readFileSync, writeFileSync } from 'node:fs';

const SWAPPED = { 2: '5', 5: '2' };
const directory = process.argv[2] ?? 'data';

for (const name of ['train.csv', 'test.csv']) {
  const text = readFileSync(`${directory}/${name}`, 'utf8');
  writeFileSync(
    `${directory}/${name}`,
    text.replace(/,([25])$/gm, (_, label) => `,${SWAPPED[label]}`),
  );
}
