import * as fs from 'node:fs';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';

/**
 * Copies of files of the work tree, kept in the git directory while a command runs that may spoil them
 * (`run --rollback-on-failure`). Copies share their blocks with the originals where the file system can.
 */
export class Safekeeping {
  readonly #root: string;
  readonly #dir: string;
  readonly #kept: ReadonlySet<string>;

  private constructor(root: string, dir: string, kept: ReadonlySet<string>) {
    this.#root = root;
    this.#dir = dir;
    this.#kept = kept;
  }

  /**
   * @param dir where the copies go; must not exist: what lies there is the only copy of what an earlier run spoiled
   * @param paths relative to `root`; files and symbolic links
   */
  static take(root: string, dir: string, paths: Iterable<string>): Safekeeping {
    if (fs.existsSync(dir)) {
      throw new MlchainError('failed', `an earlier run was killed and left its products in '${dir}'`, {
        hint: 'copy back what you want to keep, then delete that directory',
      });
    }
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    const kept = new Set(paths);
    for (const each of kept) copy(path.join(root, each), path.join(dir, each));
    return new Safekeeping(root, dir, kept);
  }

  /** Puts everything back as it was; `present` are the paths that are there now, the new ones among them go. */
  restore(present: Iterable<string>): void {
    for (const each of present) {
      if (!this.#kept.has(each)) fs.rmSync(path.join(this.#root, each), { force: true });
    }
    for (const each of this.#kept) copy(path.join(this.#dir, each), path.join(this.#root, each));
    this.drop();
  }

  drop(): void {
    fs.rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Times are kept too: git then sees at a glance that nothing has changed. */
function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.rmSync(to, { force: true, recursive: true });
  fs.cpSync(from, to, {
    mode: fs.constants.COPYFILE_FICLONE,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    recursive: true,
  });
}
