import { dirDigest, sha256Hex } from '../../src/intoto/digest.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { judgeRow, type Runner } from './row.ts';
import { readRows } from './rows.ts';

interface Row {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly sha256: string;
  readonly stricter?: string;
}

/** The digest of a directory by its files; empty directories leave no trace. */
export const runDirhash: Runner = async (file) =>
  readRows<Row>(file).map(({ name, files, sha256, stricter }) => {
    const alternatives = stricter === 'optional' ? ['refused'] : [];
    return judgeRow({ name, expected: sha256, alternatives }, digest(files));
  });

function digest(files: Readonly<Record<string, string>>): string {
  try {
    return dirDigest(Object.entries(files).map(([path, content]) => [path, sha256Hex(content)]));
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
}
