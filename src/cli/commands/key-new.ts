import { MlchainError } from '../../errors.ts';
import { generateKey } from '../../openpgp/generate.ts';
import { passphraseFromFile } from '../../openpgp/passphrase.ts';
import { OwnKeyStore } from '../../openpgp/store.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { keyDocument } from '../key-words.ts';
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

async function newPassphrase({ voice, env }: Context): Promise<string> {
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
