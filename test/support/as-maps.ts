import { CompactObject } from '../../src/intoto/json-value.ts';

/** The same with a `Map` for each object of JSON, for comparing: an object of digests was read as something smaller. */
export function asMaps(value: unknown): unknown {
  if (value instanceof Map || value instanceof CompactObject) {
    const entries: Iterable<readonly [unknown, unknown]> = value;
    return new Map([...entries].map(([key, each]) => [key, asMaps(each)] as const));
  }
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asMaps(each)]));
}
