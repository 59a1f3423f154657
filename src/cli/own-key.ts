import { Git } from '../git/git.ts';
import type { PassphraseSource } from '../openpgp/passphrase.ts';
import type { FoundKey } from '../openpgp/store.ts';
import { OwnKeyStore } from '../openpgp/store.ts';
import type { Context } from './context.ts';

/** git's setting, also outside a repository; undefined where there is none. */
export async function gitSetting({ cwd, env }: Context, name: string): Promise<string | undefined> {
  const { stdout, code } = await new Git(cwd, env).run(['config', '--get', name], { okCodes: [0, 1] });
  return code === 0 ? stdout.toString().replace(/\n$/, '') || undefined : undefined;
}

/**
 * The own key that a command is about: the one named, else `mlchain.signingKey`, else the only one there is.
 * @throws KeyError `no-key`, `ambiguous`
 */
export async function chooseOwnKey(context: Context, named: string | undefined): Promise<FoundKey> {
  const store = OwnKeyStore.open(context.env);
  const choice = named ?? (await gitSetting(context, 'mlchain.signingKey'));
  return choice === undefined ? store.only() : store.get(choice);
}

/** Passphrases come from `MLCHAIN_PASSPHRASE_FILE`, else from whoever sits at the terminal. */
export function passphraseSource({ env, voice }: Context): PassphraseSource {
  const askPassphrase = (who: string) => voice.askSecret(`passphrase of ${who}: `);
  return { env, mayPrompt: voice.canAsk, askPassphrase };
}
