/**
 * A JSON value as in-toto knows it: no floats, and integers of any size (beyond 2^53 they are `bigint`). Objects are
 * maps, so that foreign keys such as `__proto__` are ordinary names; they keep the order of the text they came from.
 */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export function jsonObject(entries: Iterable<readonly [string, Json]>): JsonObject {
  return new Map(entries);
}

export function isJsonObject(json: Json | undefined): json is JsonObject {
  return json instanceof Map || json instanceof OneEntry;
}

/**
 * An object of one entry, as the digests of an artifact are: a link may hold a hundred thousand of them, and a `Map` for
 * each would take six times the memory, and most of the time of reading it.
 */
export class OneEntry<Value extends Json> implements ReadonlyMap<string, Value> {
  readonly #key: string;
  readonly #value: Value;

  constructor(key: string, value: Value) {
    this.#key = key;
    this.#value = value;
  }

  get size(): number {
    return 1;
  }

  get(key: string): Value | undefined {
    return key === this.#key ? this.#value : undefined;
  }

  has(key: string): boolean {
    return key === this.#key;
  }

  keys(): MapIterator<string> {
    return [this.#key].values();
  }

  values(): MapIterator<Value> {
    return [this.#value].values();
  }

  entries(): MapIterator<[string, Value]> {
    const entry: [string, Value] = [this.#key, this.#value];
    return [entry].values();
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(visit: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    visit(this.#value, this.#key, this);
  }
}

/** Whether a value is what `Number` holds exactly; larger integers have to be `bigint` to survive. */
export function isInteger(json: Json | undefined): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json);
}

/** Whether the text holds half a surrogate pair, which has no UTF-8 form and so can be neither signed nor written. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
