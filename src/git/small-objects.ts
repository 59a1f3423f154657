import type { GitObject } from './replies.ts';

/** A notes tree or a directory of some hundred files. */
const SMALL_BYTES = 64 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
/** What an entry costs beside its content, roughly. */
const ENTRY_BYTES = 512;
/** A whole id, which names one content for good; what a ref or a path names may be another by now. */
const LASTING = /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:\^\{tree\})?$/;

/** Small objects that were read by their id: the same few trees and layouts are asked for again and again. */
export class SmallObjects {
  readonly #objects = new Map<string, GitObject>();
  #bytes = 0;

  get(spec: string): GitObject | undefined {
    return this.#objects.get(spec);
  }

  add(spec: string, object: GitObject): void {
    if (!LASTING.test(spec) || object.size > SMALL_BYTES) return;
    if (this.#bytes > MOST_BYTES) {
      this.#objects.clear();
      this.#bytes = 0;
    }
    this.#objects.set(spec, object);
    if (object.type === 'tree') this.#objects.set(`${object.id}^{tree}`, object);
    this.#bytes += object.size + ENTRY_BYTES;
  }
}
