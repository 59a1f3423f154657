import type { Digester } from '../artifact/digester.ts';
import { isCleanPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/tree.ts';
import type { Side } from '../verify/facts.ts';

/** One version of a path, as a tree names it or a pointer in it, until it is digested. */
export interface RawSide extends TreeEntry {
  /** One of the paths where it lies; undefined where no link can name any. */
  readonly path: string | undefined;
  side?: Side;
}

/** One `Side` for each distinct content, digested together at the end: a history names the same blobs again and again. */
export class SideTable {
  readonly #digester: Digester;
  readonly #known = new Map<string, RawSide>();

  constructor(digester: Digester) {
    this.#digester = digester;
  }

  of(path: string, entry: TreeEntry | undefined): RawSide | undefined {
    if (entry === undefined) return undefined;
    // A name that is not UTF-8 has no digest under which a link could name it: its content is never an artifact.
    const isNameable = isCleanPath(path);
    const key = isNameable ? `${entry.mode} ${entry.id}` : `unnameable ${entry.id}`;
    const known = this.#known.get(key) ?? { ...entry, path: isNameable ? path : undefined };
    this.#known.set(key, known);
    return known;
  }

  /** @throws ArtifactError that names a path whose content is not in this clone. */
  async digest(): Promise<void> {
    await this.#digester.prepare([...this.#known.values()].filter(({ path }) => path !== undefined));
    for (const raw of this.#known.values()) {
      const artifact = raw.path === undefined ? undefined : await this.#digester.artifactOf(raw.path, raw);
      raw.side = { id: raw.id, artifact };
    }
  }
}
