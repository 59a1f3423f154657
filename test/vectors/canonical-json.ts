import { canonicalize } from '../../src/intoto/canonical.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { parseJson } from '../../src/intoto/json.ts';
import { judgeRow, type Runner } from './row.ts';
import { readRows } from './rows.ts';

interface Row {
  readonly name: string;
  readonly json: string;
  readonly canonical?: string;
  readonly stricter?: string;
}

/** A JSON text and its canonical bytes in hex, or that it has none. */
export const runCanonicalJson: Runner = async (file) =>
  readRows<Row>(file).map((row) => {
    const { name, canonical = 'refused', stricter } = row;
    const alternatives = stricter === 'optional' ? ['refused'] : [];
    return judgeRow({ name, expected: canonical, alternatives }, canonicalHex(row.json));
  });

function canonicalHex(text: string): string {
  try {
    return canonicalize(parseJson(text)).toString('hex');
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
}
