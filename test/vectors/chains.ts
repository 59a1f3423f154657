import * as fs from 'node:fs';
import * as path from 'node:path';
import { MlchainError } from '../../src/errors.ts';
import { verifyDirectory } from '../../src/gather/in-toto-directory.ts';
import { type Certificate, readCertificates } from '../../src/openpgp/certificate.ts';
import { makeScratch } from '../support/scratch.ts';
import { judgeRow, optional, type RowResult, type Runner } from './row.ts';

interface Expect {
  readonly expect: 'pass' | 'fail' | 'error';
  readonly oracle: string;
  readonly stricter?: string;
  /** Key ids of the owners whose signatures are asked for. */
  readonly owners: readonly string[];
  /** `product`: inspections run in a copy of `product/`; otherwise in an empty directory. */
  readonly cwd?: string;
  readonly now?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Where a case does not say: all its keys and layouts are valid then. */
const NOW = '2026-06-01T00:00:00Z';

/** Whole in-toto directories. `fail` and `error` are both refusals. */
export const runChains: Runner = async (directory) => {
  const results: RowResult[] = [];
  for (const name of fs.readdirSync(directory).sort()) {
    if (fs.existsSync(path.join(directory, name, 'expect.json')))
      results.push(await runCase(directory, name));
  }
  return results;
};

async function runCase(directory: string, name: string): Promise<RowResult> {
  const place = path.join(directory, name);
  const expect = JSON.parse(fs.readFileSync(path.join(place, 'expect.json'), 'utf8')) as Expect;
  const [found, why] = await verify(place, expect);
  const [expected, oracle] = [verdictWord(expect.expect), verdictWord(expect.oracle)];
  const alternatives = optional({ stricter: expect.stricter, expect: expected, oracle }, ['pass', 'refused']);
  return judgeRow({ name, expected, alternatives }, found, why);
}

function verdictWord(outcome: string): string {
  return outcome === 'pass' ? 'pass' : 'refused';
}

async function verify(place: string, expect: Expect): Promise<[found: string, why: string]> {
  const scratch = makeScratch();
  try {
    const owners = await certificates(place, /^owner\d*\.pub\.asc$/);
    const { parameters } = expect;
    const { verdict, findings } = await verifyDirectory({
      directory: place,
      owners: owners.filter(({ fingerprint }) => expect.owners.includes(fingerprint.toLowerCase())),
      ownerThreshold: expect.owners.length,
      certificates: await certificates(place, /^functionaries\.pub\.asc$/),
      product: expect.cwd === undefined ? scratch.path : path.join(place, expect.cwd),
      parameters: parameters && new Map(Object.entries(parameters)),
      now: Date.parse(expect.now ?? NOW) / 1000,
      inspections: { timeoutMs: 60_000 },
    });
    return [verdict === 'verified' ? 'pass' : 'refused', findings.map(({ code }) => code).join(' ')];
  } catch (error) {
    if (error instanceof MlchainError) return ['refused', error.message];
    throw error;
  } finally {
    scratch.cleanup();
  }
}

async function certificates(place: string, name: RegExp): Promise<Certificate[]> {
  const files = fs.readdirSync(place).filter((file) => name.test(file));
  const read = files.map((file) => readCertificates(fs.readFileSync(path.join(place, file))));
  return (await Promise.all(read)).flat();
}
