import type { Git } from './git.ts';

/** Git's configuration for one repository, all files and `-c` taken together, read by one child when first asked. */
export class Config {
  readonly #git: Git;
  #values: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(git: Git) {
    this.#git = git;
  }

  /** Begins to read, for whoever will ask soon. */
  start(): void {
    // Whoever asks hears of a failure; if nobody does, it is none.
    this.#all().catch(() => undefined);
  }

  /** Every value in git's order, least specific first. */
  async all(name: string): Promise<readonly string[]> {
    return (await this.#all()).get(canonicalName(name)) ?? [];
  }

  /** All that are set, in canonical form. */
  async names(): Promise<Iterable<string>> {
    return (await this.#all()).keys();
  }

  async write(args: readonly string[]): Promise<void> {
    await this.#git.run(['config', '--local', ...args]);
    this.#values = undefined;
  }

  async unset(name: string, value: string | undefined): Promise<void> {
    const pattern = value === undefined ? [] : [`^${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`];
    // 5: "you try to unset an option which does not exist" (git-config(1))
    await this.#git.run(['config', '--local', '--unset-all', name, ...pattern], { okCodes: [0, 5] });
    this.#values = undefined;
  }

  async #all(): Promise<ReadonlyMap<string, readonly string[]>> {
    this.#values ??= this.#read();
    return await this.#values;
  }

  async #read(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { stdout } = await this.#git.run(['config', '--list', '-z']);
    const values = new Map<string, string[]>();
    for (const record of stdout.toString('utf8').split('\0').slice(0, -1)) {
      const end = record.indexOf('\n');
      // A name without "=" is git's short form of true.
      const [name, value] = end === -1 ? [record, 'true'] : [record.slice(0, end), record.slice(end + 1)];
      const known = values.get(name);
      if (known === undefined) {
        values.set(name, [value]);
      } else {
        known.push(value);
      }
    }
    return values;
  }
}

/** Section and variable are case-insensitive, the subsection between them is not; git lists them in lower case. */
export function canonicalName(name: string): string {
  const first = name.indexOf('.');
  const last = name.lastIndexOf('.');
  return name.slice(0, first).toLowerCase() + name.slice(first, last) + name.slice(last).toLowerCase();
}

/**
 * The remotes among the names of settings, sorted as git sorts them. A name that begins with a slash would be a path:
 * git does not take it either (remote.c).
 */
export function remoteNames(settings: Iterable<string>): string[] {
  const names = Array.from(settings, (name) => /^remote\.(.*)\./s.exec(name)?.[1] ?? '');
  return [...new Set(names.filter((name) => name !== '' && !name.startsWith('/')))].sort();
}
