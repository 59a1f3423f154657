import type { Git } from './git.ts';
import { decodePath } from './paths.ts';

/** Where all refs lie that this program asks about. */
const NAMESPACES = ['refs/heads/', 'refs/mlchain/', 'refs/notes/', 'refs/remotes/', 'refs/tags/'];

/**
 * Which refs there are. Asked anew each time – or, once a command has said that it waits for nobody, read once and again
 * after this process changed some itself. That is no weaker: what somebody else does between two questions could as
 * well be done after the last; and refs are changed by compare-and-swap.
 */
export class RefListing {
  readonly #git: Git;
  #isHeld = false;
  #held: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(git: Git) {
    this.#git = git;
  }

  /** For a command that runs for a moment and asks nobody anything in between. Begins to read at once. */
  hold(): void {
    this.#isHeld = true;
    // Whoever asks hears of a failure; if nobody does, it is none.
    this.#all().catch(() => undefined);
  }

  /** To be called after refs were changed. */
  forget(): void {
    this.#held = undefined;
  }

  /** Refs below the prefixes (whole parts of names; none: all), in the order of their names, with the id each holds. */
  async below(prefixes: readonly string[]): Promise<Map<string, string>> {
    const isKnown =
      prefixes.length > 0 && prefixes.every((each) => NAMESPACES.some((it) => each.startsWith(it)));
    if (!this.#isHeld || !isKnown) return await this.#read(prefixes);
    const wanted = prefixes.map((prefix) => `${prefix.replace(/\/$/, '')}/`);
    const isWanted = (ref: string) => wanted.some((prefix) => `${ref}/`.startsWith(prefix));
    return new Map([...(await this.#all())].filter(([ref]) => isWanted(ref)));
  }

  async #all(): Promise<ReadonlyMap<string, string>> {
    this.#held ??= this.#read(NAMESPACES);
    return await this.#held;
  }

  async #read(prefixes: readonly string[]): Promise<Map<string, string>> {
    const args = ['for-each-ref', '--format=%(objectname) %(refname)', ...prefixes];
    const { stdout } = await this.#git.run(args);
    const refs = new Map<string, string>();
    for (const line of decodePath(stdout).split('\n').slice(0, -1)) {
      const space = line.indexOf(' ');
      refs.set(line.slice(space + 1), line.slice(0, space));
    }
    return refs;
  }
}
