import { FormatError } from './format-error.ts';
import { isInteger, isJsonObject, type Json, type JsonObject } from './json-value.ts';

/** By character code: a table, for the processor cannot guess whether a digit or a letter comes next. */
const IS_HEX = new Uint8Array(0x67);
for (const digit of '0123456789abcdefABCDEF') IS_HEX[digit.charCodeAt(0)] = 1;

/**
 * Guards for foreign JSON: each returns the value with its type, or throws a FormatError that says where (`where` is
 * written as a path, `link.command[0]`), what was expected and what was found.
 */
export function expectObject(json: Json | undefined, where: string): JsonObject {
  return isJsonObject(json) ? json : refuse(where, 'an object', json);
}

export function expectList(json: Json | undefined, where: string): readonly Json[] {
  return Array.isArray(json) ? json : refuse(where, 'a list', json);
}

export function expectString(json: Json | undefined, where: string): string {
  return typeof json === 'string' ? json : refuse(where, 'a string', json);
}

export function expectStrings(json: Json | undefined, where: string): readonly string[] {
  return expectList(json, where).map((item, at) => expectString(item, `${where}[${at}]`));
}

/** An integer that a number holds exactly and that is at least `lowest`. */
export function expectInteger(json: Json | undefined, where: string, lowest = 0): number {
  return isInteger(json) && json >= lowest ? json : refuse(where, `an integer of at least ${lowest}`, json);
}

/** One or more hex digits of either case; `digits` asks for exactly so many. */
export function expectHex(json: Json | undefined, where: string, digits?: number): string {
  if (isHex(json) && (digits === undefined || json.length === digits)) return json;
  return refuse(where, digits === undefined ? 'hex digits' : `${digits} hex digits`, json);
}

/** Hex digits that spell whole octets. */
export function expectOctets(json: Json | undefined, where: string): string {
  return isHex(json) && json.length % 2 === 0 ? json : refuse(where, 'hex digits of whole octets', json);
}

/** Key ids are compared as text, in-toto's way, so one spelling only: lower case. */
export function expectKeyid(json: Json | undefined, where: string): string {
  return isHex(json) && json === json.toLowerCase()
    ? json
    : refuse(where, 'a key id in lower-case hex', json);
}

export function expectLiteral<const T extends string>(json: Json | undefined, where: string, literal: T): T {
  return json === literal ? literal : refuse(where, JSON.stringify(literal), json);
}

/** A link has a hundred thousand digests: a regular expression would take most of the time of reading it. */
export function isHex(json: Json | undefined): json is string {
  if (typeof json !== 'string' || json === '') return false;
  for (let at = 0; at < json.length; at++) if (IS_HEX[json.charCodeAt(at)] !== 1) return false;
  return true;
}

export function refuse(where: string, expected: string, found: Json | undefined): never {
  throw new FormatError(`${where}: expected ${expected}, found ${describe(found)}`);
}

/** A foreign value in a few words, escaped and cut: it goes into messages. */
export function describe(json: Json | undefined): string {
  if (json === undefined) return 'nothing';
  if (isJsonObject(json)) return 'an object';
  if (Array.isArray(json)) return 'a list';
  if (typeof json === 'string') return JSON.stringify(json.length > 60 ? `${json.slice(0, 60)}…` : json);
  return String(json).slice(0, 60);
}
