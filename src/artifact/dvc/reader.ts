import type { RepositoryReader } from '../../git/reader.ts';
import { entriesAt, type TreeEntry } from '../../git/tree.ts';
import { missingContent } from '../missing-content.ts';
import type { Outputs, PointerFile } from './pointer.ts';
import { filesOf, outputsOf } from './pointer.ts';

/** What `mode` says of an entry that stands in no tree, but is named by a pointer in it; `id` is the kind. */
export const POINTED = 'dvc';

/** A source in the tree of a commit. */
export interface SourceRequest {
  /** Undefined: the empty tree, before the first commit. */
  readonly commit: string | undefined;
  readonly source: string;
}

const LARGEST = 16 * 1024 * 1024;
const NONE: Outputs = new Map();

/** Reads pointers, each blob once: a history names the same ones again and again. */
export class PointerReader {
  readonly #repo: RepositoryReader;
  readonly #known = new Map<string, Outputs>();

  constructor(repo: RepositoryReader) {
    this.#repo = repo;
  }

  /** What each names, in the order asked; nothing where it is not there. */
  async outputs(requests: readonly SourceRequest[]): Promise<readonly Outputs[]> {
    const asked = requests.flatMap(({ commit, source }) =>
      commit === undefined ? [] : filesOf(source).map((path) => ({ commit, path })),
    );
    const entries = (await entriesAt(this.#repo, asked)).values();
    const found: Outputs[] = [];
    for (const { commit, source } of requests) {
      const own = commit === undefined ? [] : filesOf(source).map(() => entries.next().value);
      found.push(await this.outputsIn(source, own));
    }
    return found;
  }

  /** @param entries what lies at `filesOf(source)`. */
  async outputsIn(source: string, entries: readonly (TreeEntry | undefined)[]): Promise<Outputs> {
    if (entries[0] === undefined) return NONE;
    const key = JSON.stringify([source, ...entries.map((entry) => entry?.id ?? null)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const files: (PointerFile | undefined)[] = [];
    for (const entry of entries) files.push(entry && (await this.#read(source, entry.id)));
    const outputs = await outputsOf(source, files);
    this.#known.set(key, outputs);
    return outputs;
  }

  /** What is too large to be a pointer is not held. @throws ArtifactError where it is not in this clone */
  async #read(source: string, id: string): Promise<PointerFile> {
    const info = await this.#repo.objects.info(id);
    if (info === undefined || info.type !== 'blob') return missingContent(source, id);
    const object = info.size > LARGEST ? undefined : await this.#repo.objects.read(id);
    return { id, data: object?.data };
  }
}

/** One output that several sources name: DVC refuses to work then, and nobody can sign for it. */
export function joinKinds(kinds: Iterable<string>): TreeEntry | undefined {
  const distinct = [...new Set(kinds)].sort();
  const [first] = distinct;
  if (first === undefined) return undefined;
  return { mode: POINTED, id: distinct.length === 1 ? first : `dvc:several:${distinct.join('+')}` };
}
