import { CompactObject, OneEntry } from './json-value.ts';

/** So many numbers stand for one artifact. */
export const MARKS = 4;

/**
 * The artifacts of a large list, each with one digest in hex, as places in the text they were read from: a step may have
 * a hundred thousand, and to make three objects of each costs more than to read it. In the order of their names.
 */
export class DigestList extends CompactObject<OneEntry<string>> {
  readonly #text: string;
  readonly #algorithm: string;
  /** Of each artifact: where its name begins and ends, where its digest begins and ends. */
  readonly #marks: Uint32Array;
  #names: readonly string[] | undefined;
  #places: ReadonlyMap<string, number> | undefined;

  constructor(text: string, algorithm: string, marks: Uint32Array) {
    super();
    this.#text = text;
    this.#algorithm = algorithm;
    this.#marks = marks;
  }

  override get size(): number {
    return this.#marks.length / MARKS;
  }

  override get(name: string): OneEntry<string> | undefined {
    const place = this.#placeOf(name);
    return place === undefined ? undefined : this.#digestAt(place);
  }

  override has(name: string): boolean {
    return this.#placeOf(name) !== undefined;
  }

  /** In their order. */
  get names(): readonly string[] {
    if (this.#names !== undefined) return this.#names;
    const names: string[] = [];
    for (let place = 0; place < this.size; place++) names.push(this.#slice(place, 0));
    this.#names = names;
    return names;
  }

  override keys(): MapIterator<string> {
    return this.names.values();
  }

  override *values(): Generator<OneEntry<string>, undefined> {
    for (let place = 0; place < this.size; place++) yield this.#digestAt(place);
  }

  override *entries(): Generator<[string, OneEntry<string>], undefined> {
    for (const [place, name] of this.names.entries()) yield [name, this.#digestAt(place)];
  }

  /** Names are made when they are first asked for, and the table to find them by when one of them may be meant. */
  #placeOf(name: string): number | undefined {
    const names = this.names;
    if (name < (names[0] ?? '') || name > (names[names.length - 1] ?? '')) return undefined;
    this.#places ??= new Map(names.map((each, place) => [each, place]));
    return this.#places.get(name);
  }

  #digestAt(place: number): OneEntry<string> {
    return new OneEntry(this.#algorithm, this.#slice(place, 2));
  }

  #slice(place: number, mark: 0 | 2): string {
    const at = place * MARKS + mark;
    return this.#text.slice(this.#marks[at], this.#marks[at + 1]);
  }
}
