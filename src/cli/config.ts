import * as fs from 'node:fs';
import * as path from 'node:path';
import type { CosmiconfigResult } from 'cosmiconfig';
import { MlchainError } from '../errors.ts';
import type { MlchainConfig } from './config-schema.ts';
import { CONFIG_FILE, configFrom, explainYaml } from './config-schema.ts';

const LARGEST = 1024 * 1024;

/**
 * `.mlchainrc` of the repository's top level, undefined where there is none. It drafts layouts, adds patterns to record
 * and names commands; nothing about trust is ever read from it. Errors have the code `config`.
 */
export async function readConfig(topLevel: string): Promise<MlchainConfig | undefined> {
  const file = path.join(topLevel, CONFIG_FILE);
  // What is not there needs nobody to read it: that would cost a hook as much as git does.
  if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  const load = await safeLoader();
  try {
    const result = await load(file);
    return (result?.config as MlchainConfig | undefined) ?? { steps: new Map(), inspections: new Map() };
  } catch (cause) {
    if (cause instanceof MlchainError) throw cause;
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new MlchainError('config', `cannot read ${CONFIG_FILE}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * A clone must not run code (threat 32), and cosmiconfig would in three ways. Its own start-up looks for
 * `.config/config.js` and a `cosmiconfig` key in `package.json` below the working directory: it is made to look beside
 * the node binary instead. `$import` in a file loads any other, JavaScript too: the schema refuses that key inside the
 * loader, before cosmiconfig sees it. And its default loaders for JavaScript stay in the table unless replaced.
 */
async function safeLoader(): Promise<(file: string) => Promise<CosmiconfigResult>> {
  const { cosmiconfig, defaultLoaders } = await import('cosmiconfig');
  const refuse = (file: string) => {
    throw new MlchainError('config', `${file} is not read: only ${CONFIG_FILE} is`);
  };
  const noExt = (file: string, text: string) => parse(text, () => defaultLoaders.noExt(file, text));
  const loaders = { ...Object.fromEntries(Object.keys(defaultLoaders).map((kind) => [kind, refuse])), noExt };
  const explorer = inDirectory(path.dirname(process.execPath), () =>
    cosmiconfig('mlchain', { searchPlaces: [CONFIG_FILE], searchStrategy: 'none', loaders, cache: false }),
  );
  return (file) => explorer.load(file);
}

/** YAML, of which JSON is a part. The result is ours already, so cosmiconfig finds nothing in it to follow. */
function parse(text: string, load: () => unknown): MlchainConfig {
  if (text.length > LARGEST) {
    throw new MlchainError('config', `${CONFIG_FILE}: expected at most 1 MiB, found ${text.length} bytes`);
  }
  let value: unknown;
  try {
    value = load();
  } catch (cause) {
    throw explainYaml(cause, text);
  }
  return configFrom(value);
}

function inDirectory<Result>(directory: string, action: () => Result): Result {
  const before = process.cwd();
  process.chdir(directory);
  try {
    return action();
  } finally {
    process.chdir(before);
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
