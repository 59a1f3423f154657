import { parseEnvelope } from '../../src/intoto/envelope.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { parseJson } from '../../src/intoto/json.ts';
import { publicKeyFromJson } from '../../src/intoto/key.ts';
import { KeyBook } from '../../src/verify/key-book.ts';
import { judgeHolder } from '../../src/verify/supply-chain-signature.ts';
import { judgeRow, optional, type Runner } from './row.ts';
import { readRows } from './rows.ts';

interface Row {
  readonly name: string;
  readonly pubkey: unknown;
  readonly metablock: unknown;
  /** The same as text, where a parser with doubles would lose what the row is about. */
  readonly metablock_text?: string;
  readonly expect: 'good' | 'bad' | 'error';
  readonly oracle?: string;
  readonly stricter?: string;
}

/** Any day after the keys' and signatures' dates and before the keys' end. */
const NOW = Date.parse('2026-06-01T00:00:00Z') / 1000;

/** Whether an envelope carries a good signature of a key. `bad` and `error` are both refusals. */
export const runSignatures: Runner = async (file) =>
  readRows<Row>(file).map((row) => {
    const text = row.metablock_text ?? JSON.stringify(row.metablock);
    const [found, why] = judge(text, JSON.stringify(row.pubkey));
    const { name, stricter } = row;
    const [expect, oracle] = [word(row.expect), row.oracle && word(row.oracle)];
    const alternatives = optional({ stricter, expect, oracle }, ['good', 'refused']);
    return judgeRow({ name, expected: expect, alternatives }, found, why);
  });

function word(outcome: string): string {
  return outcome === 'good' ? 'good' : 'refused';
}

function judge(metablock: string, pubkey: string): [found: string, why: string] {
  try {
    const key = publicKeyFromJson(parseJson(pubkey));
    const result = judgeHolder(parseEnvelope(metablock), key, { keys: new KeyBook([]), now: NOW });
    return 'keyid' in result ? ['good', ''] : ['refused', result.detail];
  } catch (error) {
    if (error instanceof FormatError) return ['refused', error.message];
    throw error;
  }
}
