import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { withEntry, withoutEntry } from './entry.ts';
import { readText, writeWhole } from './file.ts';
import type { Manager } from './managers.ts';
import { hooksPart, parseJson } from './managers.ts';
import type { HookName } from './script.ts';

/** Adds ours to what an editable manager runs, and returns that manager's whole command for the hook. */
export async function enter(manager: Manager, hook: HookName): Promise<string> {
  if (manager.name === 'husky') {
    const file = path.join(manager.file, hook);
    const old = await readText(file);
    const text = old === undefined ? `#!/bin/sh\n${withEntry(undefined, hook)}\n` : withEntry(old, hook);
    await writeWhole(file, text, 0o755);
    return text;
  }
  let command = '';
  await editJson(manager.file, (commands) => {
    command = withEntry(commands[hook], hook);
    return { ...commands, [hook]: command };
  });
  return command;
}

/** The opposite of {@link enter}; returns what the manager still runs for the hook. */
export async function leave(manager: Manager, hook: HookName): Promise<string | undefined> {
  if (manager.name === 'husky') {
    const file = path.join(manager.file, hook);
    const rest = withoutEntry((await readText(file)) ?? '', hook);
    if (rest === undefined) await fs.rm(file, { force: true });
    else await writeWhole(file, rest, (await fs.stat(file)).mode);
    return rest;
  }
  let rest: string | undefined;
  await editJson(manager.file, ({ [hook]: command, ...others }) => {
    rest = withoutEntry(command ?? '', hook);
    return rest === undefined ? others : { ...others, [hook]: rest };
  });
  return rest;
}

type Commands = Record<string, string>;

/** Changes the hooks in a JSON file and leaves everything else, its indentation too, as it was. */
async function editJson(file: string, change: (commands: Commands) => Commands): Promise<void> {
  const text = (await readText(file)) ?? '{}';
  const json = parseJson(file, text) as Record<string, unknown>;
  const isPackage = path.basename(file) === 'package.json';
  const changed = change(hooksPart(file, json) as Commands);
  const result = isPackage ? { ...json, 'simple-git-hooks': changed } : changed;
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  const end = /\s*$/.exec(text)?.[0] ?? '';
  await writeWhole(file, JSON.stringify(result, null, indent) + end, (await fs.stat(file)).mode);
}
