import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { readArmor, writeArmor } from './armor.ts';
import { readKeyMaterial } from './key-material.ts';
import { openPacket } from './open-packet.ts';
import type { Packet } from './packet.ts';
import { readPackets, writePackets } from './packet.ts';
import type { PassphraseSource } from './passphrase.ts';
import { withPassphrase } from './passphrase.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { protectionOf } from './secret-key.ts';
import type { OwnKey } from './store.ts';
import { nameOf } from './store.ts';

/**
 * For a while, an open copy of a key lies where only its user can read it, so that hooks, which never ask, can sign.
 *
 * A file and no agent: whoever can read this user's files could as well trace an agent of this user's, and a file
 * cannot hang, leave a socket behind or keep a terminal waiting. It lies in `$XDG_RUNTIME_DIR` – memory, not disk, and
 * gone when the user logs out – and only where there is none in a directory of the user's own below the system's
 * temporary one, whose owner and mode are checked first, as anybody may make a directory there. It says itself until
 * when it is good, and the first command that finds it stale removes it.
 */
const UNLOCKED = 'UNLOCKED UNTIL ';

export interface Unlocked {
  /** Milliseconds since 1970. */
  readonly until: number;
  /** The secret (sub)keys, by lower fingerprint, as unprotected packets. */
  readonly packets: ReadonlyMap<string, Packet>;
}

/**
 * Opens every locked part of a key by one passphrase and keeps the copy.
 * @param until milliseconds since 1970
 * @throws KeyError `locked` when the passphrase is not to be had
 */
export async function unlock(key: OwnKey, until: number, source: PassphraseSource): Promise<void> {
  const packets = secretPackets(key).filter((packet) => protectionOf(packet) !== 'absent');
  const opened = await withPassphrase(nameOf(key.certificate), source, async (passphrase) => {
    const all = await Promise.all(packets.map((packet) => openPacket(packet, passphrase)));
    return all.includes(undefined) ? undefined : all.filter((packet) => packet !== undefined);
  });
  const text = `${UNLOCKED}${until}\n${writeArmor('PRIVATE KEY BLOCK', writePackets(opened))}`;
  await writePrivateFile(placeOf(key, source.env), text);
}

/** The open copy of a key; undefined where there is none any more. */
export async function findUnlocked(
  key: OwnKey,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<Unlocked | undefined> {
  const place = placeOf(key, env);
  const text = await readPrivateFile(place);
  if (text === undefined) return undefined;
  const until = Number(text.slice(UNLOCKED.length, text.indexOf('\n')));
  // A copy that says nothing sensible is stale, too.
  if (!(now < until)) {
    await fs.rm(place, { force: true });
    return undefined;
  }
  const packets = readArmor(text).flatMap(({ data }) => readPackets(data));
  const named = packets.map((packet) => [readKeyMaterial(packet.body)?.fingerprint ?? '', packet] as const);
  return { until, packets: new Map(named) };
}

export function secretPackets({ secret }: OwnKey): readonly Packet[] {
  return [secret.primary, ...secret.subkeys].map(({ packet }) => packet);
}

function placeOf({ certificate }: OwnKey, env: NodeJS.ProcessEnv): string {
  return path.join(runtimeDirectory(env), `${certificate.fingerprint}.unlocked`);
}

function runtimeDirectory(env: NodeJS.ProcessEnv): string {
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && path.isAbsolute(runtime)) return path.join(runtime, 'git-mlchain');
  return path.join(env.TMPDIR || os.tmpdir(), `git-mlchain-${os.userInfo().uid}`);
}
