import * as fs from 'node:fs';
import * as path from 'node:path';
import { runCanonicalJson } from './canonical-json.ts';
import { runChains } from './chains.ts';
import { runDirhash } from './dirhash.ts';
import { runFnmatch } from './fnmatch.ts';
import { runKeys } from './keys.ts';
import { runRecord } from './record.ts';
import type { RowResult, Runner } from './row.ts';
import { runRuleSyntax } from './rule-syntax.ts';
import { runRules } from './rules.ts';
import { runSigPackets } from './sig-packets.ts';
import { runSignatures } from './signatures.ts';

/** The vectors of one file or directory, and how they came out. */
export interface VectorReport {
  readonly place: string;
  readonly rows: readonly RowResult[];
}

/** Kinds of vectors by the name of the file or directory that holds them. */
const RUNNERS: ReadonlyMap<string, Runner> = new Map([
  ['canonical-json.jsonl', runCanonicalJson],
  ['fnmatch.jsonl', runFnmatch],
  ['rules.jsonl', runRules],
  ['rule-syntax.jsonl', runRuleSyntax],
  ['signatures.jsonl', runSignatures],
  ['sig-packets.jsonl', runSigPackets],
  ['dirhash.jsonl', runDirhash],
  ['keys', runKeys],
  ['chains', runChains],
  ['record', runRecord],
]);

/** Runs every vector found anywhere below a directory. A runner that breaks down is a failing row, not the end. */
export async function runVectors(directory: string): Promise<readonly VectorReport[]> {
  const reports: VectorReport[] = [];
  for (const [place, run] of findVectors(directory)) {
    const broken = (error: unknown): RowResult[] => [
      { name: 'runner', outcome: 'fails', message: String(error) },
    ];
    reports.push({ place, rows: await run(place).catch(broken) });
  }
  return reports;
}

function findVectors(place: string): [string, Runner][] {
  const run = RUNNERS.get(path.basename(place));
  const isDirectory = fs.statSync(place).isDirectory();
  if (run !== undefined && isDirectory !== place.endsWith('.jsonl')) return [[place, run]];
  if (!isDirectory) return [];
  const names = fs.readdirSync(place).sort();
  return names.flatMap((name) => findVectors(path.join(place, name)));
}
