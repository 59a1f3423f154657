import { MlchainError } from '../errors.ts';
import { passphraseFromFile } from '../openpgp/passphrase.ts';
import type { Context } from './context.ts';

/**
 * The passphrase of a key that is being made: from `MLCHAIN_PASSPHRASE_FILE`, else typed twice.
 * @throws MlchainError usage: nowhere to get it from, empty, or the two differ
 */
export async function newPassphrase({ voice, env }: Context): Promise<string> {
  const file = env.MLCHAIN_PASSPHRASE_FILE;
  const given = file ? await passphraseFromFile(file) : await askTwice(voice);
  if (given !== undefined && given !== '') return given;
  throw new MlchainError(
    'usage',
    given === undefined ? 'there is no terminal to ask for a passphrase' : 'the passphrase is empty',
    {
      hint: 'name a file with it in MLCHAIN_PASSPHRASE_FILE, or give --no-passphrase',
    },
  );
}

async function askTwice(voice: Context['voice']): Promise<string | undefined> {
  const first = await voice.askSecret('passphrase for the new key: ');
  const second = first && (await voice.askSecret('the same again: '));
  if (second !== undefined && first !== second) throw new MlchainError('usage', 'the two passphrases differ');
  return first;
}
