import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Person } from './commit-object.ts';
import { Config, remoteNames } from './config.ts';
import { Git } from './git.ts';
import type { Location, ObjectFormat } from './location.ts';
import { locate } from './location.ts';
import { ObjectReader } from './objects.ts';
import { RefListing } from './ref-listing.ts';

/**
 * One repository as git sees it from a directory. Which one it is gets resolved once, by the rules and the variables
 * of the caller (git exports GIT_DIR, GIT_INDEX_FILE and GIT_WORK_TREE to hooks); every later child is told outright.
 */
export class Repository {
  readonly gitDir: string;
  /** Shared by linked worktrees: objects, refs, config. */
  readonly commonDir: string;
  readonly workTree: string | undefined;
  readonly objectFormat: ObjectFormat;
  readonly isBare: boolean;
  readonly isShallow: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly git: Git;
  readonly objects: ObjectReader;
  readonly refs: RefListing;
  readonly #config: Config;
  #committer: Promise<string> | undefined;

  private constructor(location: Location, env: NodeJS.ProcessEnv) {
    this.gitDir = location.gitDir;
    this.commonDir = location.commonDir;
    this.workTree = location.workTree;
    this.objectFormat = location.objectFormat;
    this.isBare = location.isBare;
    this.isShallow = location.isShallow;
    this.env = env;
    this.git = gitFor(location, env);
    this.objects = new ObjectReader(this.git);
    this.refs = new RefListing(this.git);
    this.#config = new Config(this.git);
  }

  /** Throws {@link MlchainError} `input` outside a repository. */
  static async open(dir: string, env: NodeJS.ProcessEnv = process.env): Promise<Repository> {
    return new Repository(await locate(dir, env), env);
  }

  /** The last value, as git decides; `undefined` when the name is not set. */
  async config(name: string): Promise<string | undefined> {
    return (await this.#config.all(name)).at(-1);
  }

  async configAll(name: string): Promise<string[]> {
    return [...(await this.#config.all(name))];
  }

  /** Of all settings, section and variable in lower case. */
  async configNames(): Promise<string[]> {
    return [...(await this.#config.names())];
  }

  /** Names, sorted as git sorts them. */
  async remotes(): Promise<string[]> {
    return remoteNames(await this.#config.names());
  }

  /** Replaces every value in this repository's own config file. */
  async configSet(name: string, value: string): Promise<void> {
    await this.#config.write(['--replace-all', name, value]);
  }

  async configAdd(name: string, value: string): Promise<void> {
    await this.#config.write(['--add', name, value]);
  }

  /** Removes the values that are equal to `value`, or all; nothing to remove is no error. */
  async configUnset(name: string, value?: string): Promise<void> {
    await this.#config.unset(name, value);
  }

  /** The commit a revision names, tags peeled. Throws `input` when it names none. */
  async resolveCommit(rev: string): Promise<string> {
    const id = await this.tryResolve(rev);
    if (id === undefined) {
      throw new MlchainError('input', `not a commit: '${rev}'`, {
        hint: 'give a branch, a tag or a commit id that is in this repository',
      });
    }
    return id;
  }

  /** {@link resolveCommit}, with `undefined` for what names no commit. */
  async tryResolve(rev: string): Promise<string | undefined> {
    // In two steps: appended to `:/text`, the suffix would belong to the text.
    const named = await this.objects.info(rev);
    return named === undefined ? undefined : (await this.objects.info(`${named.id}^{commit}`))?.id;
  }

  /** `undefined` before the first commit. */
  async head(): Promise<string | undefined> {
    return await this.tryResolve('HEAD');
  }

  /** The commits at which a shallow clone was cut off: they name parents that are not here. */
  async shallowCommits(): Promise<ReadonlySet<string>> {
    if (!this.isShallow) {
      return new Set();
    }
    const text = await readFile(join(this.commonDir, 'shallow'), 'latin1');
    return new Set(text.split('\n').filter((line) => line !== ''));
  }

  /** `Name <address>` of whoever commits here; a machine without an identity (a server, a build) still may. */
  async committer(): Promise<string> {
    this.#committer ??= askCommitter(this.git);
    return await this.#committer;
  }

  /** For whoever will want to know soon. */
  askForCommitter(): void {
    this.committer().catch(() => undefined);
  }

  /** For a hook that runs at the end of `git commit`, with its environment: whoever has just committed still does. */
  knowCommitter({ name, email }: Pick<Person, 'name' | 'email'>): void {
    const isWhole = [name, email].every((each) => each !== '' && !/[<>\n\0]/.test(each));
    if (isWhole) this.#committer ??= Promise.resolve(`${name} <${email}>`);
  }

  /**
   * For a command that runs for a moment and asks nobody anything in between: what it will want to know for certain is
   * asked at once, side by side, and the refs are read once.
   */
  askAhead(): void {
    this.refs.hold();
    this.#config.start();
  }

  /** Ends every child. The repository cannot be used afterwards. */
  async close(): Promise<void> {
    this.objects.close();
    await this.git.close();
  }
}

async function askCommitter(git: Git): Promise<string> {
  const { stdout, code } = await git.run(['var', 'GIT_COMMITTER_IDENT'], { okCodes: [0, 128] });
  return code === 0
    ? stdout.toString('utf8').replace(/ \d+ [-+]\d+\n$/, '')
    : 'git-mlchain <git-mlchain@localhost>';
}

function gitFor(location: Location, env: NodeJS.ProcessEnv): Git {
  const { gitDir, workTree } = location;
  return workTree === undefined
    ? new Git(gitDir, env, [`--git-dir=${gitDir}`])
    : new Git(workTree, env, [`--git-dir=${gitDir}`, `--work-tree=${workTree}`]);
}
