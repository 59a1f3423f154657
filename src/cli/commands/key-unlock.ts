import { isLocked, nameOf } from '../../openpgp/store.ts';
import { unlock } from '../../openpgp/unlock.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { chooseOwnKey, passphraseSource } from '../own-key.ts';

const EIGHT_HOURS = 8 * 3600;

/** `key unlock [FPR] [--for 8h]`: for a while hooks can sign with the key without asking. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const key = await chooseOwnKey(context, args.positionals[0]);
  const until = context.now() + (args.duration('for') ?? EIGHT_HOURS) * 1000;
  const needsIt = isLocked(key);
  if (needsIt) await unlock(key, until, passphraseSource(context));
  const time = new Date(until).toISOString();
  voice.document({ fingerprint: key.certificate.fingerprint, unlockedUntil: needsIt ? time : null });
  voice.say(`${nameOf(key.certificate)} ${needsIt ? `is unlocked until ${time}` : 'has no passphrase'}`);
  return 0;
}
