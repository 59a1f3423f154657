import type { Signature } from '../intoto/signature.ts';
import type { Digest } from './algorithm.ts';
import type { GpgResult } from './gpg.ts';
import { runGpg } from './gpg.ts';
import { KeyError } from './key-error.ts';
import type { PassphraseSource } from './passphrase.ts';
import { locked } from './passphrase.ts';
import { signatureFromPacket } from './signature-packet.ts';

/** What a user's gpg.conf could turn otherwise: armor, text signatures, a signature that ends some day. */
const FORMAT = ['--no-armor', '--no-textmode', '--default-sig-expire=0', '--detach-sign'];

/** libgpg-error's codes for: no pinentry, cancelled (two kinds), bad passphrase, bad PIN, no agent's answer in time. */
const LOCKED_CODES: readonly number[] = [85, 99, 198, 11, 87, 62];

export interface GpgSigningKey {
  /** Lower fingerprint of the very (sub)key. */
  readonly keyid: string;
  /** For messages: foreign text. */
  readonly name: string;
  readonly digest: Digest;
  /** Octets of each half of an ECDSA signature. */
  readonly coordinateSize: number | undefined;
}

/**
 * Has gpg sign, with its agent and cards. Without leave to prompt it never waits for anybody: what the agent does not
 * have open already, or MLCHAIN_PASSPHRASE_FILE does not open, is `locked`.
 * @throws KeyError `locked` or `gpg-failed`
 */
export async function signWithGpg(
  program: string,
  key: GpgSigningKey,
  signedBytes: Uint8Array,
  source: PassphraseSource,
): Promise<Signature> {
  const digest = `--digest-algo=${key.digest.name.toUpperCase()}`;
  const args = [...promptOptions(source), ...FORMAT, digest, `--local-user=${key.keyid}!`];
  const result = await runGpg(program, args, source.env, signedBytes, !source.mayPrompt);
  const created = result?.status.some(([word]) => word === 'SIG_CREATED');
  if (result?.code === 0 && created) return signatureFromPacket(result.stdout, key.coordinateSize);
  if (result !== undefined && isLocked(result)) throw locked(key.name, `says gpg: ${result.messages}`);
  throw new KeyError('gpg-failed', `gpg did not sign: ${result?.messages ?? `there is no ${program}`}`);
}

function promptOptions({ env, mayPrompt }: PassphraseSource): readonly string[] {
  const file = env.MLCHAIN_PASSPHRASE_FILE;
  if (file !== undefined && file !== '')
    return ['--batch', '--pinentry-mode=loopback', `--passphrase-file=${file}`];
  return mayPrompt ? [] : ['--batch', '--pinentry-mode=error'];
}

/** `FAILURE sign <code>`: the lower 16 bits of a gpg_error_t say what, the upper ones who. */
function isLocked({ status }: GpgResult): boolean {
  return status.some(([word, , code]) => word === 'FAILURE' && LOCKED_CODES.includes(Number(code) & 0xffff));
}
