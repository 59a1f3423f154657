import type { Repository } from '../git/repository.ts';
import type { SignerRequest } from '../openpgp/signer.ts';
import type { Context } from './context.ts';

/**
 * Which key a command signs with: `--key`, else `mlchain.signingKey`, else `user.signingKey`, else the only one in the
 * own store. A passphrase is asked for where there is a terminal.
 */
export async function signerRequest(
  repo: Repository,
  { env, voice }: Context,
  key: string | undefined,
): Promise<SignerRequest> {
  const configured = [await repo.config('mlchain.signingKey'), await signingKeyOfGit(repo)];
  return {
    choices: [key, ...configured].flatMap((choice) => choice || []),
    gpgProgram: await gpgProgram(repo),
    env,
    mayPrompt: voice.canAsk,
    askPassphrase: (who) => voice.askSecret(`passphrase of ${who}: `),
  };
}

export async function gpgProgram(repo: Repository): Promise<string> {
  return (await repo.config('gpg.openpgp.program')) ?? (await repo.config('gpg.program')) ?? 'gpg';
}

/** Where commits are signed with SSH or X.509, git's key is none of ours. */
async function signingKeyOfGit(repo: Repository): Promise<string | undefined> {
  const format = (await repo.config('gpg.format')) ?? 'openpgp';
  return format === 'openpgp' ? await repo.config('user.signingKey') : undefined;
}
