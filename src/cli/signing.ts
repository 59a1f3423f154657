import type { Repository } from '../git/repository.ts';
import type { SignerRequest } from '../openpgp/signer.ts';
import type { Context } from './context.ts';
import { gitSetting } from './own-key.ts';

/**
 * Which key a command signs with: `--key`, else `mlchain.signingKey`, else `user.signingKey`, else the only one in the
 * own store. A passphrase is asked for where there is a terminal.
 */
export async function signerRequest(
  repo: Repository,
  context: Context,
  key: string | undefined,
): Promise<SignerRequest> {
  return await requestBy(repo, context, key);
}

/** The same where there need be no repository: git's own settings still are. */
export async function signerRequestAnywhere(
  context: Context,
  key: string | undefined,
): Promise<SignerRequest> {
  return await requestBy({ config: (name) => gitSetting(context, name) }, context, key);
}

type Settings = Pick<Repository, 'config'>;

async function requestBy(
  settings: Settings,
  { env, voice }: Context,
  key: string | undefined,
): Promise<SignerRequest> {
  const configured = [await settings.config('mlchain.signingKey'), await signingKeyOfGit(settings)];
  return {
    choices: [key, ...configured].flatMap((choice) => choice || []),
    gpgProgram: await gpgProgram(settings),
    env,
    mayPrompt: voice.canAsk,
    askPassphrase: (who) => voice.askSecret(`passphrase of ${who}: `),
  };
}

export async function gpgProgram(repo: Settings): Promise<string> {
  return (await repo.config('gpg.openpgp.program')) ?? (await repo.config('gpg.program')) ?? 'gpg';
}

/** Where commits are signed with SSH or X.509, git's key is none of ours. */
async function signingKeyOfGit(repo: Settings): Promise<string | undefined> {
  const format = (await repo.config('gpg.format')) ?? 'openpgp';
  return format === 'openpgp' ? await repo.config('user.signingKey') : undefined;
}
