import { CompactObject, OneEntry } from './json-value.ts';

/** So many numbers stand for one artifact. */
export const MARKS = 4;

/**
 * The artifacts of a large list, each with one digest in hex, as places in its canonical form: a step may have a hundred
 * thousand, and to make three objects of each costs more than to read it. In the order of their names, which are ASCII.
 */
export class DigestList extends CompactObject<OneEntry<string>> {
  /** What stands for it in what is signed. */
  readonly canonical: Buffer;
  readonly #algorithm: string;
  /** Of each artifact: where its name begins and ends, where its digest begins and ends. */
  readonly #marks: Uint32Array;
  #names: readonly string[] | undefined;
  #places: ReadonlyMap<string, number> | undefined;

  constructor(canonical: Buffer, algorithm: string, marks: Uint32Array) {
    super();
    this.canonical = canonical;
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

  /** In their order; made when they are first asked for. */
  get names(): readonly string[] {
    if (this.#names !== undefined) return this.#names;
    const text = this.canonical.toString('latin1');
    const names: string[] = [];
    for (let at = 0; at < this.#marks.length; at += MARKS) {
      names.push(text.slice(this.#marks[at], this.#marks[at + 1]));
    }
    this.#names = names;
    return names;
  }

  /** Whether all names begin so, which the first and the last of them tell: what is between them in order does, too. */
  allBegin(prefix: string): boolean {
    return this.#first.startsWith(prefix) && this.#last.startsWith(prefix);
  }

  /** Whether all names stand before, or all behind, those of another list: then no name is in both. */
  isApartFrom(other: DigestList): boolean {
    return this.#last < other.#first || this.#first > other.#last;
  }

  /** Whoever looks for a few of them need not have all made. */
  override *keys(): Generator<string, undefined> {
    for (let place = 0; place < this.size; place++) yield this.#names?.[place] ?? this.#slice(place, 0);
  }

  override *values(): Generator<OneEntry<string>, undefined> {
    for (let place = 0; place < this.size; place++) yield this.#digestAt(place);
  }

  override *entries(): Generator<[string, OneEntry<string>], undefined> {
    for (const [place, name] of this.names.entries()) yield [name, this.#digestAt(place)];
  }

  get #first(): string {
    return this.#slice(0, 0);
  }

  get #last(): string {
    return this.#slice(this.size - 1, 0);
  }

  /** The table to find names by is made when one of them may be meant. */
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
    return this.canonical.toString('latin1', this.#marks[at], this.#marks[at + 1]);
  }
}
