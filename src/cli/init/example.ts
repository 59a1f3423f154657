import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ifAbsent, writeWhole } from '../../hooks/file.ts';
import { CONFIG_FILE } from '../config-schema.ts';

const EXAMPLE = '.mlchainrc.example';

/** Puts the commented example where there is no configuration yet; whether it had to. */
export async function writeExample(workTree: string): Promise<boolean> {
  const file = path.join(workTree, CONFIG_FILE);
  if ((await fs.lstat(file).catch(ifAbsent)) !== undefined) return false;
  await writeWhole(file, await readExample(), 0o644);
  return true;
}

/** It lies at the top of the package, above this file both in the sources and in the bundle. */
async function readExample(): Promise<string> {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const text = await fs.readFile(path.join(directory, EXAMPLE), 'utf8').catch(ifAbsent);
    if (text !== undefined) return text;
    const above = path.dirname(directory);
    if (above === directory) throw new Error(`${EXAMPLE} is missing from the git-mlchain package`);
    directory = above;
  }
}
