import { isLocked, OwnKeyStore } from '../../openpgp/store.ts';
import { findUnlocked } from '../../openpgp/unlock.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import type { KeyDocument } from '../key-words.ts';
import { keyDocument, keyLines } from '../key-words.ts';

/** `key list`: the own key store, GnuPG's keyring is GnuPG's to list. */
export async function run({ voice, env, now }: Context): Promise<ExitCode> {
  const store = OwnKeyStore.open(env);
  const keys: KeyDocument[] = [];
  for (const key of await store.list()) {
    const kept = isLocked(key) ? ((await findUnlocked(key, env, now())) ?? 'locked') : 'open';
    keys.push(keyDocument(key.certificate, kept));
  }
  voice.document(keys);
  if (keys.length === 0) voice.say(`no keys in ${store.directory}: 'git mlchain key new' makes one`);
  for (const line of keys.flatMap(keyLines)) voice.say(line);
  return 0;
}
