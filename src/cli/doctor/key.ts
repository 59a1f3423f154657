import type { Repository } from '../../git/repository.ts';
import { KeyError } from '../../openpgp/key-error.ts';
import type { SigningKey } from '../../openpgp/signer.ts';
import { OwnKeyStore } from '../../openpgp/store.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { count, signerWords } from '../../report/words.ts';
import type { TrustedLayout } from '../../verify/layout-trust.ts';
import { stepsOf } from '../clone-state.ts';
import type { Context } from '../context.ts';
import { recordingContext } from '../recording.ts';
import { failureOf, ok, warning } from './diagnosis.ts';

/** The own store reads every key of it, and refuses what others can read, as ssh does. */
export async function examineStore({ env }: Context): Promise<readonly Diagnosis[]> {
  const store = OwnKeyStore.open(env);
  try {
    const keys = await store.list();
    return [ok('key store', `${count(keys.length, 'key')} in ${store.directory}, open to nobody else`)];
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    return [failureOf('key store', error)];
  }
}

/** The key that a hook would take, and whether it signs where nobody is asked: it is made to sign. */
export async function examineKey(
  repo: Repository,
  context: Context,
  found: SigningKey | KeyError,
  layout: TrustedLayout | undefined,
): Promise<readonly Diagnosis[]> {
  if (found instanceof KeyError) return [absent(found)];
  return [await usable(repo, context, found), ...authority(found, layout)];
}

function absent(error: KeyError): Diagnosis {
  if (error.reason !== 'no-key') return failureOf('key', error);
  const mend = error.hint ?? "'git mlchain key new'";
  return warning('key', `${error.message}: you can verify everything and sign nothing`, mend);
}

async function usable(repo: Repository, context: Context, key: SigningKey): Promise<Diagnosis> {
  const place = key.keptIn === 'gnupg' ? 'in GnuPG' : 'in your key store';
  try {
    const signer = await recordingContext(context, repo, { mayPrompt: false }).signer();
    await signer.sign(Buffer.from('git-mlchain doctor'));
    return ok('key', `${signerWords(key)}, ${place}, has just signed without asking anybody`);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    if (error.reason !== 'locked') return failureOf('key', error);
    const says = `${error.message}: hooks queue what you commit until it is open`;
    return warning('key', says, error.hint ?? "'git mlchain key unlock'");
  }
}

function authority(key: SigningKey, layout: TrustedLayout | undefined): readonly Diagnosis[] {
  if (layout === undefined) return [];
  const steps = stepsOf(key, layout);
  if (steps.length > 0) return [ok('authority', `you may sign ${steps.join(', ')}`)];
  if (layout.signers.includes(key.fingerprint))
    return [ok('authority', 'you are an owner, and sign no step')];
  const send = `send an owner what 'git mlchain key export ${key.fingerprint}' prints`;
  return [
    warning('authority', 'the layout authorises your key for no step', `${send}, to be added to a step`),
  ];
}
