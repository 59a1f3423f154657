import { MlchainError } from '../../errors.ts';
import type { Repository } from '../../git/repository.ts';
import { generateKey } from '../../openpgp/generate.ts';
import type { SigningKey } from '../../openpgp/signer.ts';
import { OwnKeyStore } from '../../openpgp/store.ts';
import type { Context } from '../context.ts';
import { newPassphrase } from '../new-passphrase.ts';
import { signingKeyHere } from './standing.ts';

const HINT = "'git mlchain key new' makes one; MLCHAIN_PASSPHRASE_FILE names a file with its passphrase";

export interface KeyWish {
  /** There is no layout yet, so whoever is here will need one to sign it. */
  readonly isWanted: boolean;
  /** `--new-key`. */
  readonly isDemanded: boolean;
  readonly yes: boolean;
}

/**
 * The signing key of whoever is here, made if there is none and one is wanted. Where nobody can be asked for a
 * passphrase no key is made, rather than one that lies open without its owner knowing.
 */
export async function makeKeyIfWanted(
  repo: Repository,
  context: Context,
  { isWanted, isDemanded, yes }: KeyWish,
): Promise<SigningKey | undefined> {
  const found = await signingKeyHere(repo, context);
  const present = typeof found === 'string' ? undefined : found;
  if (!isDemanded && !(isWanted && found === 'none')) return present;
  const [name, email] = [await repo.config('user.name'), await repo.config('user.email')];
  const obstacle = obstacleTo(context, yes || isDemanded, name, email);
  if (name === undefined || email === undefined || obstacle !== undefined) {
    if (isDemanded) throw new MlchainError('usage', `no signing key was made: ${obstacle}`, { hint: HINT });
    context.voice.warn(`no signing key was made: ${obstacle}`, HINT);
    return present;
  }
  if (!(await context.voice.confirm(`make a signing key for ${name} <${email}>?`, yes || isDemanded)))
    return present;
  const fingerprint = await makeKey(context, name, email);
  // The key that was asked for signs, whatever others there are.
  if (isDemanded) await repo.configSet('mlchain.signingKey', fingerprint);
  const made = await signingKeyHere(repo, context);
  return typeof made === 'string' ? undefined : made;
}

/** Why no key can be made now, in words. */
function obstacleTo(
  { voice, env }: Context,
  yes: boolean,
  name?: string,
  email?: string,
): string | undefined {
  if (name === undefined || email === undefined) return 'git has no user.name and user.email';
  if (voice.canAsk) return undefined;
  if (!yes) return 'there is no terminal to ask on, and no --yes';
  return (env.MLCHAIN_PASSPHRASE_FILE ?? '') === ''
    ? 'there is no terminal to ask for a passphrase'
    : undefined;
}

async function makeKey(context: Context, name: string, email: string): Promise<string> {
  const passphrase = await newPassphrase(context);
  const { armoredSecret, certificate } = await generateKey({ name, email, passphrase, type: 'ed25519' });
  await OwnKeyStore.open(context.env).import(armoredSecret);
  context.voice.say(`made a signing key for ${name} <${email}>: ${certificate.fingerprint}`);
  return certificate.fingerprint;
}
