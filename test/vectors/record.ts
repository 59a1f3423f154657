import * as fs from 'node:fs';
import * as path from 'node:path';
import { walkDirectory } from '../../src/artifact/directory-walk.ts';
import { MlchainError } from '../../src/errors.ts';
import { inspectionEnvironment, runInspection } from '../../src/gather/inspection.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';
import { judgeRow, type RowResult, type Runner } from './row.ts';

type WireArtifacts = Readonly<Record<string, { readonly sha256: string }>>;

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Link → target. */
  readonly symlinks: Readonly<Record<string, string>>;
  readonly dirs: readonly string[];
  readonly args: {
    readonly materials?: readonly string[];
    readonly products?: readonly string[];
    readonly command?: readonly string[];
    readonly exclude?: readonly string[];
    readonly lstrip_paths?: readonly string[];
    readonly base_path?: string;
  };
  readonly materials?: WireArtifacts;
  readonly want_materials?: WireArtifacts;
  readonly products?: WireArtifacts;
  readonly byproducts?: { readonly 'return-value': number };
  readonly expect: 'ok' | 'error';
  readonly stricter?: string;
}

/** What is recorded of a tree before and after a command. */
export const runRecord: Runner = async (directory) => {
  const files = fs.readdirSync(directory).filter((name) => name.endsWith('.json'));
  const results: RowResult[] = [];
  for (const file of files.sort()) {
    results.push(await runCase(JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')) as Case));
  }
  return results;
};

async function runCase(row: Case): Promise<RowResult> {
  const scratch = makeScratch();
  try {
    build(scratch, row);
    const found = await record(scratch.path, row);
    const oracle = describe(row.materials, row.products, row.byproducts?.['return-value']);
    const wanted = describe(
      row.want_materials ?? row.materials,
      row.products,
      row.byproducts?.['return-value'],
    );
    const expected = row.expect === 'error' ? 'refused' : wanted;
    const alternatives = row.stricter === 'optional' ? [oracle, 'refused'] : [];
    return judgeRow({ name: row.name, expected, alternatives }, found);
  } finally {
    scratch.cleanup();
  }
}

function build(scratch: Scratch, { files, symlinks, dirs }: Case): void {
  for (const [name, content] of Object.entries(files)) scratch.write(name, content);
  for (const name of dirs) fs.mkdirSync(path.join(scratch.path, name), { recursive: true });
  for (const [name, target] of Object.entries(symlinks))
    fs.symlinkSync(target, path.join(scratch.path, name));
}

async function record(cwd: string, { args }: Case): Promise<string> {
  const walk = (paths: readonly string[] = []): Artifacts =>
    walkDirectory({
      base: path.join(cwd, args.base_path ?? '.'),
      paths,
      exclude: args.exclude,
      lstripPaths: args.lstrip_paths,
    }).artifacts;
  try {
    const materials = walk(args.materials);
    const returnValue = args.command === undefined ? undefined : await run(args.command, cwd);
    return describe(wire(materials), wire(walk(args.products)), returnValue);
  } catch (error) {
    if (error instanceof MlchainError) return 'refused';
    throw error;
  }
}

async function run(argv: readonly string[], cwd: string): Promise<number | undefined> {
  const env = inspectionEnvironment(cwd);
  return (await runInspection({ argv, cwd, timeoutMs: 60_000, env })).returnValue;
}

function wire(artifacts: Artifacts): WireArtifacts {
  return Object.fromEntries(
    [...artifacts].map(([name, digests]) => [name, { sha256: digests.get('sha256') ?? '' }]),
  );
}

function describe(materials?: WireArtifacts, products?: WireArtifacts, returnValue?: number): string {
  const list = (artifacts: WireArtifacts = {}): unknown =>
    Object.entries(artifacts)
      .map(([name, digests]) => [name, digests.sha256])
      .sort();
  return JSON.stringify([list(materials), list(products), returnValue ?? null]);
}
