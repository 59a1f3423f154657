import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Inspection } from '../intoto/layout.ts';
import type { InspectionOutcome } from '../verify/inspection.ts';
import { recordInspected, strayBeside } from './inspected-artifacts.ts';
import { inspectionEnvironment, runInspection } from './inspection.ts';

/**
 * Where the inspections of one verification run: a copy of the delivered product, which they share as they share the
 * working directory in in-toto, and a home beside it. The product itself is never written to.
 */
export class InspectionPlace {
  readonly #product: string;
  readonly #timeoutMs: number;
  #root: string | undefined;

  constructor(product: string, timeoutMs: number) {
    this.#product = product;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs one inspection; whatever the product or the command does wrong is its outcome, not an error. */
  async inspect(inspection: Inspection): Promise<InspectionOutcome> {
    try {
      const cwd = path.join(this.#prepared(), 'product');
      const materials = recordInspected(cwd, inspection);
      const env = inspectionEnvironment(path.join(this.#prepared(), 'home'));
      const run = await runInspection({ argv: inspection.run, cwd, timeoutMs: this.#timeoutMs, env });
      const stray = strayBeside(this.#prepared(), ['product', 'home']);
      if (stray !== undefined) {
        throw new MlchainError('input', `expected it to stay in its directory, found ../${stray}`);
      }
      const output = (run.stderr.trim() || run.stdout.trim()).split('\n').slice(-3).join('\n');
      return {
        materials,
        products: recordInspected(cwd, inspection),
        returnValue: run.returnValue,
        problem: run.problem,
        output,
      };
    } catch (error) {
      if (!(error instanceof MlchainError)) throw error;
      return {
        materials: new Map(),
        products: new Map(),
        returnValue: undefined,
        problem: error.message,
        output: '',
      };
    }
  }

  remove(): void {
    process.removeListener('exit', this.#removeRoot);
    this.#removeRoot();
  }

  /** Copied only once something is to run: most verifications end before. */
  #prepared(): string {
    if (this.#root !== undefined) return this.#root;
    const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mlchain-inspection-'));
    this.#root = root;
    process.once('exit', this.#removeRoot);
    try {
      fs.mkdirSync(path.join(root, 'home'));
      copyTree(this.#product, path.join(root, 'product'), '.');
      return root;
    } catch (error) {
      // Half a product must not be inspected for the whole.
      this.remove();
      throw error;
    }
  }

  readonly #removeRoot = (): void => {
    if (this.#root !== undefined) fs.rmSync(this.#root, { recursive: true, force: true });
    this.#root = undefined;
  };
}

/** Copies directories, regular files and links; sockets, pipes and devices are nothing that could be delivered. */
function copyTree(from: string, to: string, name: string): void {
  fs.mkdirSync(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    const inner = path.join(name, entry.name);
    if (entry.isDirectory()) copyTree(source, target, inner);
    else if (entry.isSymbolicLink()) copyLink(source, target, inner);
    else if (entry.isFile()) fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE);
  }
}

/**
 * A link that leads out of the product would let an inspection write through it to the verifier's own files. All links
 * have to be relative, with `..` only in front: from name to name nothing leads up, whatever else is a link.
 */
function copyLink(source: string, target: string, name: string): void {
  const leadsTo = fs.readlinkSync(source);
  const parts = leadsTo.split('/').filter((part) => part !== '' && part !== '.');
  const ups = parts.filter((part) => part === '..').length;
  const depth = name.split('/').length - 1;
  if (path.isAbsolute(leadsTo) || ups > depth || parts.slice(ups).includes('..')) {
    throw new MlchainError(
      'input',
      `expected links that stay within the product, found ${name} -> ${leadsTo}`,
    );
  }
  fs.symlinkSync(leadsTo, target);
}
