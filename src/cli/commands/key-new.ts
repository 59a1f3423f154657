import { MlchainError } from '../../errors.ts';
import { generateKey } from '../../openpgp/generate.ts';
import { OwnKeyStore } from '../../openpgp/store.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { keyDocument } from '../key-words.ts';
import { newPassphrase } from '../new-passphrase.ts';
import { gitSetting } from '../own-key.ts';

/** `key new`: the last line of standard output is the fingerprint. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const name = args.value('name') ?? (await setting(context, 'user.name', '--name'));
  const email = args.value('email') ?? (await setting(context, 'user.email', '--email'));
  const type = args.choice('type', ['ed25519', 'rsa3072']) ?? 'ed25519';
  const span = args.duration('expires');
  const passphrase = args.has('no-passphrase') ? undefined : await newPassphrase(context);
  const expires = span === undefined ? undefined : Math.floor(context.now() / 1000) + span;
  const { armoredSecret, certificate } = await generateKey({ name, email, type, passphrase, expires });
  await OwnKeyStore.open(context.env).import(armoredSecret);

  const { fingerprint } = certificate;
  voice.document(keyDocument(certificate, passphrase === undefined ? 'open' : 'locked'));
  voice.note(`made a key for ${name} <${email}>; others need its certificate:`);
  voice.note(`  git mlchain key export ${fingerprint} > ${fingerprint}.asc`);
  if (!voice.isJson) voice.print(`${fingerprint}\n`);
  return 0;
}

async function setting(context: Context, name: string, option: string): Promise<string> {
  const value = await gitSetting(context, name);
  if (value !== undefined) return value;
  throw new MlchainError('usage', `expected ${option}, as git has no ${name} either`);
}
