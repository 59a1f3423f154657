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
  return json instanceof Map;
}

/** Whether a value is what `Number` holds exactly; larger integers have to be `bigint` to survive. */
export function isInteger(json: Json | undefined): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json);
}

/** Whether the text holds half a surrogate pair, which has no UTF-8 form and so can be neither signed nor written. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
