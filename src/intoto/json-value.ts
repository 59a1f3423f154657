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
  return json instanceof Map || json instanceof CompactObject;
}

/** An object that is kept in another form than a `Map`, and asked like one. */
export abstract class CompactObject<Value extends Json> implements ReadonlyMap<string, Value> {
  abstract get size(): number;
  abstract get(key: string): Value | undefined;
  abstract has(key: string): boolean;
  abstract keys(): MapIterator<string>;
  abstract values(): MapIterator<Value>;
  abstract entries(): MapIterator<[string, Value]>;

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(visit: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }
}

/**
 * An object of one entry, as the digests of an artifact are: a link may hold a hundred thousand of them, and a `Map` for
 * each would take six times the memory, and most of the time of reading it.
 */
export class OneEntry<Value extends Json> extends CompactObject<Value> {
  readonly #key: string;
  readonly #value: Value;

  constructor(key: string, value: Value) {
    super();
    this.#key = key;
    this.#value = value;
  }

  override get size(): number {
    return 1;
  }

  override get(key: string): Value | undefined {
    return key === this.#key ? this.#value : undefined;
  }

  override has(key: string): boolean {
    return key === this.#key;
  }

  override keys(): MapIterator<string> {
    return [this.#key].values();
  }

  override values(): MapIterator<Value> {
    return [this.#value].values();
  }

  override entries(): MapIterator<[string, Value]> {
    const entry: [string, Value] = [this.#key, this.#value];
    return [entry].values();
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
