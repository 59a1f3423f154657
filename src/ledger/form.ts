import type { Json } from '../intoto/json.ts';
import { expectList, expectObject, refuse } from '../intoto/shape.ts';

/** The form a text must have, and the words that say so in an error. */
export interface Form {
  readonly expected: string;
  readonly pattern: RegExp;
}

export const SHA256: Form = { expected: 'a sha256 in lower hex', pattern: /^[0-9a-f]{64}$/ };
export const SHA1_ID: Form = { expected: 'a sha1 object id in lower hex', pattern: /^[0-9a-f]{40}$/ };
export const SHA256_ID: Form = { expected: 'a sha256 object id in lower hex', pattern: SHA256.pattern };
/** Of either object format: which one the repository has is not known to a line. */
export const OBJECT_ID: Form = {
  expected: 'an object id in lower hex',
  pattern: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
};
/**
 * What identifies an artifact to whoever endorses it: a sha256, the commit id of a submodule, or what a pointer of DVC
 * says: an MD5, `.dir` behind it for a directory.
 */
export const ENDORSED: Form = {
  expected: 'a sha256, a commit id or the MD5 of DVC in lower hex',
  pattern: /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{32}(?:\.dir)?)$/,
};
/** What a commit did to a path: of an output of DVC its kind, since everybody has the pointer, and few the content. */
export const CONTENT: Form = {
  expected: 'a sha256 or a commit id in lower hex, or dvc: and an MD5',
  pattern: /^(?:[0-9a-f]{40}|[0-9a-f]{64}|dvc:[\x21-\x7e]+)$/,
};
export const TIME: Form = {
  expected: 'a time as YYYY-MM-DDTHH:MM:SSZ',
  pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/,
};

type Guard<T> = (json: Json | undefined, where: string) => T;

export function expectForm({ expected, pattern }: Form): Guard<string> {
  return (json, where) =>
    typeof json === 'string' && pattern.test(json) ? json : refuse(where, expected, json);
}

export function expectOneOf<const T extends string>(choices: readonly T[]): Guard<T> {
  return (json, where) =>
    choices.find((choice) => choice === json) ?? refuse(where, `one of ${choices.join(', ')}`, json);
}

export function expectBoolean(json: Json | undefined, where: string): boolean {
  return typeof json === 'boolean' ? json : refuse(where, 'true or false', json);
}

export function expectListOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (json, where) => expectList(json, where).map((item, at) => guard(item, `${where}[${at}]`));
}

/** An object whose keys are foreign, such as paths. */
export function expectMapOf<T>(guard: Guard<T>): Guard<ReadonlyMap<string, T>> {
  return (json, where) => {
    const entries = [...expectObject(json, where)];
    return new Map(entries.map(([key, value]) => [key, guard(value, `${where}[${JSON.stringify(key)}]`)]));
  };
}

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (json, where) => (json === null ? null : guard(json, where));
}

/** A later version may mean anything: better not understood than half understood. */
export function expectVersion(json: Json | undefined, where: string, version: number): void {
  if (json !== version) refuse(where, `${version}`, json);
}
