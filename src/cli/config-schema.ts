import { MlchainError } from '../errors.ts';
import { didYouMean } from './nearest.ts';

export const CONFIG_FILE = '.mlchainrc';

export interface MlchainConfig {
  /** In the order of the file. */
  readonly steps: ReadonlyMap<string, StepConfig>;
  /** What whoever verifies a release runs; by name. */
  readonly inspections: ReadonlyMap<string, InspectionConfig>;
}

export interface InspectionConfig {
  /** Program and arguments, run without a shell. */
  readonly command: readonly string[];
}

export interface StepConfig {
  /** In-toto patterns: the shorthand `data/` has become `data/*`. */
  readonly materials: readonly string[];
  readonly products: readonly string[];
  /** Program and arguments, run without a shell. */
  readonly command: readonly string[] | undefined;
}

/** Checks what the file holds, key by key (`product.md` §10). A file with nothing in it but comments has no steps. */
export function configFrom(value: unknown): MlchainConfig {
  const top = mapping(value ?? {}, '', ['steps', 'inspections']);
  const config = {
    steps: new Map(named(top, 'steps').map(([name, step]) => [name, stepFrom(name, step)])),
    inspections: new Map(named(top, 'inspections').map(([name, item]) => [name, inspectionFrom(name, item)])),
  };
  for (const name of config.inspections.keys()) {
    if (config.steps.has(name)) throw wrong(`inspections: '${name}' is the name of a step already`);
  }
  return config;
}

function named(top: ReadonlyMap<string, unknown>, key: string): readonly (readonly [string, unknown])[] {
  if (!top.has(key)) return [];
  return [...mapping(top.get(key), key)].map(([name, value]) => [itemName(name, key), value]);
}

function stepFrom(name: string, value: unknown): StepConfig {
  const where = `steps.${name}`;
  const step = mapping(value, where, ['materials', 'products', 'command']);
  const patterns = (key: string) =>
    step.has(key)
      ? list(step.get(key), `${where}.${key}`).map((text) => pattern(text, `${where}.${key}`))
      : [];
  const command = step.has('command') ? commandFrom(step, where) : undefined;
  return { materials: patterns('materials'), products: patterns('products'), command };
}

function inspectionFrom(name: string, value: unknown): InspectionConfig {
  const where = `inspections.${name}`;
  return { command: commandFrom(mapping(value, where, ['command']), where) };
}

function commandFrom(item: ReadonlyMap<string, unknown>, where: string): readonly string[] {
  const command = list(item.get('command'), `${where}.command`);
  if (command.length > 0) return command;
  throw wrong(`${where}.command: expected a program, found an empty list`);
}

/** It names link files and stands in messages and trailers: one word, nothing a path could hide in (threat 33). */
function itemName(name: string, key: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(name)) return name;
  const what = key === 'steps' ? 'a step' : 'an inspection';
  throw wrong(`${key}: '${name}' cannot name ${what}`, 'use letters, digits, dot, dash and underscore');
}

function pattern(text: string, where: string): string {
  const problem = patternProblem(text);
  if (problem !== undefined)
    throw wrong(`${where}: ${problem}, found '${text}'`, 'paths start at the top level');
  if (text.startsWith('dir:')) return text.replace(/\/+$/, '');
  return text.endsWith('/') ? `${text}*` : text;
}

function patternProblem(text: string): string | undefined {
  const parts = text.replace(/^dir:/, '').split('/');
  if (text === '' || text === 'dir:') return 'expected a pattern';
  if (parts[0] === '') return 'expected a path inside the repository';
  if (parts.includes('..') || parts.includes('.')) return "expected a path without '.' and '..'";
  return undefined;
}

/** An unknown key is an error: a misspelt `products` must not silently record nothing. */
function mapping(value: unknown, where: string, known?: readonly string[]): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(`${where === '' ? '' : `${where}: `}expected a mapping, found ${described(value)}`);
  }
  const entries = new Map<string, unknown>(Object.entries(value));
  for (const key of known === undefined ? [] : entries.keys()) {
    if (known?.includes(key)) continue;
    const hint = didYouMean(key, known ?? [], `known here: ${known?.join(', ')}`);
    throw wrong(`unknown key '${key}'${where === '' ? '' : ` in ${where}`}`, hint);
  }
  return entries;
}

function list(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value)) throw wrong(`${where}: expected a list, found ${described(value)}`);
  return value.map((item: unknown) => {
    if (typeof item === 'string') return item;
    // An unquoted `[ab]*` or `*.pt` never arrives as text.
    throw wrong(`${where}: expected text, found ${described(item)}`, 'put it in quotes');
  });
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `'${value}'` : `the ${typeof value} ${String(value)}`;
}

/** An item (after `[`, `,`, `- ` or `: `) that begins with `*`, with `!`, or with a class such as `[ab]`. */
const BARE_PATTERN = /(?:[[,]|[:-]\s)\s*((?:[*!]|\[[^[\]\s,]*\][^\s,\]}])(?:[^\s,[\]}'"]|\[[^\]\s]*\])*)/;

/** What a YAML parser could not read, with the line; for a pattern that YAML takes for its own syntax, the cure. */
export function explainYaml(cause: unknown, text: string): MlchainError {
  const mark = isYamlError(cause) ? cause.mark : undefined;
  const line = (text.split('\n')[mark?.line ?? -1] ?? '').slice(0, 1000);
  const place = mark === undefined ? '' : `line ${mark.line + 1}: `;
  const bare = BARE_PATTERN.exec(line)?.[1];
  if (bare !== undefined && /alias|tag|flow|end of the stream|block|bad indentation/.test(String(cause))) {
    const first = bare.charAt(0);
    return wrong(
      `${place}a pattern that begins with '${first}' must be quoted, found ${bare}`,
      `write '${bare}'`,
      cause,
    );
  }
  const reason = isYamlError(cause) ? cause.reason : cause instanceof Error ? cause.message : String(cause);
  return wrong(`${place}${reason}`, undefined, cause);
}

interface YamlError extends Error {
  readonly reason: string;
  readonly mark?: { readonly line: number };
}

function isYamlError(cause: unknown): cause is YamlError {
  return cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string';
}

function wrong(message: string, hint?: string, cause?: unknown): MlchainError {
  return new MlchainError('config', `${CONFIG_FILE}: ${message}`, { hint, cause });
}
