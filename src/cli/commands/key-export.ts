import { findGpgCertificate } from '../../openpgp/gpg-certificate.ts';
import { KeyError } from '../../openpgp/key-error.ts';
import { armorSecret, OwnKeyStore } from '../../openpgp/store.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { readFingerprint } from '../fingerprint.ts';
import { gitSetting } from '../own-key.ts';

/** `key export FPR`: the armored certificate; with --secret the secret key, as it lies in the store. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const [named = ''] = args.positionals;
  const isSecret = args.has('secret');
  const own = await OwnKeyStore.open(context.env).find(named);
  if (own === undefined && isSecret) {
    throw new KeyError('no-key', `no key in your key store fits '${named}'`, {
      hint: "for a key of GnuPG: 'gpg --export-secret-keys'",
    });
  }
  const armored = own === undefined ? await fromGpg(context, named) : own.certificate.armored;
  const exported = own !== undefined && isSecret ? armorSecret(own) : armored;
  if (context.voice.isJson) context.voice.document({ armored: exported });
  else context.voice.print(exported);
  if (isSecret) context.voice.note('keep it to yourself: who has it can sign as you');
  return 0;
}

async function fromGpg(context: Context, named: string): Promise<string> {
  const fingerprint = readFingerprint(named);
  const program = (await gitSetting(context, 'gpg.program')) ?? 'gpg';
  const found = fingerprint && (await findGpgCertificate(program, context.env, fingerprint));
  if (found) return found.armored;
  throw new KeyError('no-key', `no key fits '${named}', neither in your key store nor in GnuPG`, {
    hint: "'git mlchain key list' shows yours; a key of GnuPG needs its whole fingerprint",
  });
}
