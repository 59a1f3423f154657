import * as fs from 'node:fs';
import * as path from 'node:path';
import { MlchainError } from '../../errors.ts';
import type { Change } from '../../openpgp/store.ts';
import { OwnKeyStore } from '../../openpgp/store.ts';
import { escapeText } from '../../report/escape.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

const WORDS: Readonly<Record<Change, string>> = {
  added: 'is in your key store now',
  updated: 'was there already; what was new is added',
  unchanged: 'was there already',
};

/** `key import FILE…`: secret keys of one's own, and newer certificates of keys that are in the store. */
export async function run({ voice, env, cwd }: Context, args: Args): Promise<ExitCode> {
  const store = OwnKeyStore.open(env);
  const imported: { fingerprint: string; change: Change }[] = [];
  for (const file of args.positionals) {
    for (const { certificate, change } of await store.import(read(file, cwd))) {
      const { fingerprint, userIds } = certificate;
      imported.push({ fingerprint, change });
      voice.say(`${fingerprint} ${escapeText(userIds[0] ?? '')} ${WORDS[change]}`);
    }
  }
  voice.document(imported);
  return 0;
}

/** `-` is standard input. */
function read(file: string, cwd: string): Buffer {
  try {
    return fs.readFileSync(file === '-' ? 0 : path.resolve(cwd, file));
  } catch (cause) {
    throw new MlchainError('input', `cannot read '${file}': ${(cause as Error).message}`, { cause });
  }
}
