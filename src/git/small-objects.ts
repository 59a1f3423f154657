import type { GitObject, ObjectInfo } from './replies.ts';

/** A notes tree or a directory of some hundred files. */
const SMALL_BYTES = 64 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
/** What an entry costs beside its content, roughly. */
const ENTRY_BYTES = 512;
const ID = '[0-9a-f]{40}|[0-9a-f]{64}';
/** A whole id names one object for good, and with it its tree; what a ref or a path names may be another by now. */
const LASTING = new RegExp(`^(?:${ID})(?:\\^\\{(?:tree|commit)\\})?$`);
const TREE_OF_COMMIT = new RegExp(`^tree (${ID})\n`);

/**
 * Small objects that were read by their id, and what others were said to be: a handful of trees, commits and layouts is
 * asked for again and again. That something is *not* here is never kept: it may be fetched.
 */
export class SmallObjects {
  readonly #objects = new Map<string, GitObject>();
  readonly #infos = new Map<string, ObjectInfo>();
  /** Commit → tree. */
  readonly #trees = new Map<string, string>();
  #bytes = 0;

  get(spec: string): GitObject | undefined {
    const tree = spec.endsWith('^{tree}') ? this.#trees.get(spec.slice(0, -'^{tree}'.length)) : undefined;
    return this.#objects.get(tree === undefined ? spec : `${tree}^{tree}`);
  }

  info(spec: string): ObjectInfo | undefined {
    const known = this.#infos.get(spec) ?? this.get(spec);
    return known && { id: known.id, type: known.type, size: known.size };
  }

  add(spec: string, object: GitObject): void {
    if (!LASTING.test(spec) || object.size > SMALL_BYTES) return;
    this.#makeRoom(object.size);
    this.#objects.set(spec, object);
    if (object.type === 'tree') this.#objects.set(`${object.id}^{tree}`, object);
    if (object.type !== 'commit') return;
    this.#objects.set(`${object.id}^{commit}`, object);
    const [, tree] = TREE_OF_COMMIT.exec(object.data.toString('latin1', 0, 80)) ?? [];
    if (tree !== undefined) this.#trees.set(object.id, tree);
  }

  addInfo(spec: string, info: ObjectInfo): void {
    if (!LASTING.test(spec)) return;
    this.#makeRoom(0);
    this.#infos.set(spec, info);
  }

  #makeRoom(size: number): void {
    this.#bytes += size + ENTRY_BYTES;
    if (this.#bytes < MOST_BYTES) return;
    for (const map of [this.#objects, this.#infos, this.#trees]) map.clear();
    this.#bytes = size + ENTRY_BYTES;
  }
}
