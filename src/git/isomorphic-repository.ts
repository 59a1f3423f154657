import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MlchainError } from '../errors.ts';
import { canonicalName, remoteNames } from './config.ts';
import type { Setting } from './config-file.ts';
import { IsomorphicObjects } from './isomorphic-objects.ts';
import { supportedRepository } from './isomorphic-support.ts';
import { ObjectWalk } from './object-walk.ts';

/**
 * A repository where there is no git binary: the top of a clone, or a bare repository, read and never written.
 * isomorphic-git is loaded when one is opened. Of git's configuration only the repository's own file is known here.
 */
export class IsomorphicRepository {
  readonly commonDir: string;
  readonly objectFormat = 'sha1';
  readonly isShallow: boolean;
  readonly git = undefined;
  readonly objects: IsomorphicObjects;
  readonly walk: ObjectWalk;
  readonly #settings: readonly Setting[];
  readonly #shallow: ReadonlySet<string>;

  private constructor(gitDir: string, objects: IsomorphicObjects, settings: readonly Setting[]) {
    this.commonDir = gitDir;
    this.objects = objects;
    this.#settings = settings;
    this.#shallow = shallowCommits(gitDir);
    this.isShallow = this.#shallow.size > 0;
    this.walk = new ObjectWalk(objects, this.#shallow);
  }

  /** Throws `unsupported-repository` where isomorphic-git would misread. */
  static async open(dir: string, env: NodeJS.ProcessEnv = process.env): Promise<IsomorphicRepository> {
    const { gitDir, settings } = supportedRepository(dir, env);
    return new IsomorphicRepository(gitDir, await IsomorphicObjects.open(gitDir), settings);
  }

  /** The last value, as git decides; `undefined` when the name is not set. */
  async config(name: string): Promise<string | undefined> {
    return (await this.configAll(name)).at(-1);
  }

  async configAll(name: string): Promise<string[]> {
    const wanted = canonicalName(name);
    return this.#settings.filter(([each]) => each === wanted).map(([, value]) => value);
  }

  /** Names, sorted as git sorts them. */
  async remotes(): Promise<string[]> {
    return remoteNames(this.#settings.map(([name]) => name));
  }

  /** The commit that a ref, a short ref name or a commit id names, tags peeled. Throws `input` when it names none. */
  async resolveCommit(rev: string): Promise<string> {
    const commit = await this.tryResolve(rev);
    if (commit === undefined) {
      throw new MlchainError('input', `not a commit: '${rev}'`, {
        hint: 'give a branch, a tag or a commit id that is in this repository',
      });
    }
    return commit;
  }

  /** {@link resolveCommit}, with `undefined` for what names no commit. */
  async tryResolve(rev: string): Promise<string | undefined> {
    const id = await this.objects.resolve(rev);
    return id === undefined ? undefined : (await this.objects.info(`${id}^{commit}`))?.id;
  }

  /** `undefined` before the first commit. */
  async head(): Promise<string | undefined> {
    return await this.tryResolve('HEAD');
  }

  /** The commits at which a shallow clone was cut off: they name parents that are not here. */
  async shallowCommits(): Promise<ReadonlySet<string>> {
    return this.#shallow;
  }

  async close(): Promise<void> {
    // Nothing stays open between two reads.
  }
}

function shallowCommits(gitDir: string): ReadonlySet<string> {
  const file = join(gitDir, 'shallow');
  const text = existsSync(file) ? readFileSync(file, 'latin1') : '';
  return new Set(text.split('\n').filter((line) => line !== ''));
}
