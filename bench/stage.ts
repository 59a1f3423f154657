import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type BenchRepository, makeRepository, type Size } from './repository.ts';

/** Where everything is made, on disk and outside the checkout; removed at the end. */
export class BenchStage {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'mlchain-bench-'));
  readonly #repositories = new Map<string, Promise<BenchRepository>>();

  at(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  /** Made once for each size, with hooks installed, the key in the store, and `git mlchain` on the PATH. */
  repository(size: Size): Promise<BenchRepository> {
    const name = `c${size.commits}-f${size.files}`;
    const known = this.#repositories.get(name) ?? makeRepository(this.at(name), size);
    this.#repositories.set(name, known);
    return known;
  }

  remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}
