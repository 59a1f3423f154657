import { MlchainError } from '../../errors.ts';
import { certificatePath } from '../../layout/paths.ts';
import { makeRevocation } from '../../openpgp/revoke.ts';
import { nameOf, OwnKeyStore } from '../../openpgp/store.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { passphraseSource } from '../own-key.ts';

/** `key revoke FPR --reason …`: the revoked certificate on standard output. There is no way back. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const reason = args.choice('reason', ['compromised', 'superseded', 'retired']);
  if (reason === undefined) {
    throw new MlchainError('usage', 'expected --reason compromised, superseded or retired', {
      hint: 'compromised voids everything the key ever signed, the others only what it signs from now on',
    });
  }
  const store = OwnKeyStore.open(context.env);
  const key = await store.get(args.positionals[0] ?? '');
  const question = `revoke ${nameOf(key.certificate)} as ${reason}? this cannot be undone`;
  if (!(await voice.confirm(question, args.has('yes')))) return 1;
  const armored = await makeRevocation(key, reason, passphraseSource(context));
  await store.import(armored);

  const { fingerprint } = key.certificate;
  if (voice.isJson) voice.document({ fingerprint, reason, armored });
  else voice.print(armored);
  voice.note(
    'revoked here. Others learn of it from its certificate, once that is committed in each repository:',
  );
  voice.note(`  git mlchain key export ${fingerprint} > ${certificatePath(fingerprint)}`);
  return 0;
}
