import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { hasEntry } from './entry.ts';
import { readText } from './file.ts';
import type { HookName } from './script.ts';
import { clientHooks } from './script.ts';

/** A program that owns this repository's hooks and would write over ours, or delete them, at its next run. */
export interface Manager {
  readonly name: 'husky' | 'simple-git-hooks' | 'lefthook';
  /** Where it is told what to run. */
  readonly file: string;
  /** Whether we can add to that file; otherwise a person must. */
  readonly isEditable: boolean;
  /** The hooks it owns; all others are files like anywhere. */
  readonly owns: ReadonlySet<HookName>;
  /** The hooks for which it already starts ours. */
  readonly entered: ReadonlySet<HookName>;
}

/**
 * pre-commit is none of them: it runs a hook that was there before it, and its own hook may be chained like any other
 * (`docs/hooks.md`).
 */
export async function findManager(workTree: string): Promise<Manager | undefined> {
  return (
    (await findHusky(workTree)) ?? (await findSimpleGitHooks(workTree)) ?? (await findLefthook(workTree))
  );
}

async function findHusky(workTree: string): Promise<Manager | undefined> {
  const directory = path.join(workTree, '.husky');
  const isThere = await fs.stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isThere) return undefined;
  const scripts = await Promise.all(
    clientHooks.map(async (hook) => [hook, await readText(path.join(directory, hook))] as const),
  );
  return {
    name: 'husky',
    file: directory,
    isEditable: true,
    owns: new Set(clientHooks),
    entered: new Set(scripts.flatMap(([hook, text]) => (hasEntry(text ?? '', hook) ? [hook] : []))),
  };
}

/** Where simple-git-hooks looks, in its order; those that are programs are not read (a clone must not run code). */
const SIMPLE_GIT_HOOKS_FILES = ['.simple-git-hooks', 'simple-git-hooks'].flatMap((name) =>
  ['cjs', 'js', 'mjs', 'json'].map((extension) => `${name}.${extension}`),
);

async function findSimpleGitHooks(workTree: string): Promise<Manager | undefined> {
  for (const name of [...SIMPLE_GIT_HOOKS_FILES, 'package.json']) {
    const file = path.join(workTree, name);
    const text = await readText(file);
    if (text === undefined) continue;
    const commands = name.endsWith('.json') ? commandsIn(file, text) : new Map<string, string>();
    if (commands === undefined) continue;
    return {
      name: 'simple-git-hooks',
      file,
      isEditable: name.endsWith('.json') && commands !== 'elsewhere',
      owns: new Set(clientHooks),
      entered: new Set(
        clientHooks.filter((hook) => commands !== 'elsewhere' && hasEntry(commands.get(hook) ?? '', hook)),
      ),
    };
  }
  return undefined;
}

/** `undefined`: not a word about hooks; `elsewhere`: package.json names a file. */
function commandsIn(file: string, text: string): ReadonlyMap<string, string> | 'elsewhere' | undefined {
  const config = hooksPart(file, parseJson(file, text));
  if (typeof config === 'string') return 'elsewhere';
  if (typeof config !== 'object' || config === null) return undefined;
  return new Map(
    Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The part of a JSON file that is simple-git-hooks' configuration; undefined when package.json has none. */
export function hooksPart(file: string, json: unknown): unknown {
  if (path.basename(file) !== 'package.json') return json;
  return typeof json === 'object' && json !== null && 'simple-git-hooks' in json
    ? json['simple-git-hooks']
    : undefined;
}

export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MlchainError('config', `not valid JSON: ${file}`, { cause });
  }
}

async function findLefthook(workTree: string): Promise<Manager | undefined> {
  for (const name of ['lefthook', '.lefthook'].flatMap((base) => [`${base}.yml`, `${base}.yaml`])) {
    const text = await readText(path.join(workTree, name));
    if (text === undefined) continue;
    return {
      name: 'lefthook',
      file: path.join(workTree, name),
      isEditable: false,
      owns: new Set(clientHooks.filter((hook) => new RegExp(`^['"]?${hook}['"]?:`, 'm').test(text))),
      entered: new Set(clientHooks.filter((hook) => text.includes(`/mlchain/hooks/${hook}`))),
    };
  }
  return undefined;
}
