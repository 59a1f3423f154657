import * as fs from 'node:fs/promises';
import { KeyError } from './key-error.ts';

/** Where a passphrase may come from. */
export interface PassphraseSource {
  /** `MLCHAIN_PASSPHRASE_FILE` names a file whose first line it is. */
  readonly env: NodeJS.ProcessEnv;
  /** False in hooks and scripts: nothing is asked then, here or by GnuPG, and nothing waits for an answer. */
  readonly mayPrompt: boolean;
  /** Asks a person, without echo; undefined when nobody answers. `who` is a user id: foreign text. */
  readonly askPassphrase?: ((who: string) => Promise<string | undefined>) | undefined;
}

const TRIES = 3;

/**
 * Tries passphrases on `open` until it says something other than undefined.
 * @throws KeyError `locked` when none is to be had, or none fits
 */
export async function withPassphrase<Opened>(
  who: string,
  source: PassphraseSource,
  open: (passphrase: string) => Promise<Opened | undefined>,
): Promise<Opened> {
  const file = source.env.MLCHAIN_PASSPHRASE_FILE;
  if (file !== undefined && file !== '') return fromFile(who, file, open);
  if (!source.mayPrompt || source.askPassphrase === undefined)
    throw locked(who, 'and there is nobody to ask');
  for (let left = TRIES; left > 0; left -= 1) {
    const passphrase = await source.askPassphrase(who);
    if (passphrase === undefined) break;
    const opened = await open(passphrase);
    if (opened !== undefined) return opened;
  }
  throw locked(who, 'and no right passphrase was given');
}

async function fromFile<Opened>(
  who: string,
  file: string,
  open: (passphrase: string) => Promise<Opened | undefined>,
): Promise<Opened> {
  const opened = await open(await passphraseFromFile(file));
  if (opened === undefined) throw locked(who, `and the passphrase in ${file} is not the right one`);
  return opened;
}

/** The first line, as GnuPG's --passphrase-file has it. */
export async function passphraseFromFile(file: string): Promise<string> {
  try {
    const text = await fs.readFile(file, 'utf8');
    return text.split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    const message = `MLCHAIN_PASSPHRASE_FILE names ${file}, which cannot be read: ${(cause as Error).message}`;
    throw new KeyError('locked', message, { cause });
  }
}

export function locked(who: string, why: string): KeyError {
  return new KeyError('locked', `the key of ${who} is locked, ${why}`, {
    hint: "run 'git mlchain key unlock', or name a file with its passphrase in MLCHAIN_PASSPHRASE_FILE",
  });
}
