import { readTrust } from '../gather/trust.ts';
import type { Repository } from '../git/repository.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { holderText } from '../layout/explain-text.ts';
import type { Holder, Holders } from '../layout/holders.ts';
import { holdersOf } from '../layout/holders.ts';
import type { SignatureJudge, SigningState } from '../layout/sign.ts';
import { signingState } from '../layout/sign.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { checkSignature, findKey } from '../openpgp/check.ts';
import { escapeText } from '../report/escape.ts';
import { count } from '../report/words.ts';
import type { Context } from './context.ts';
import { ownersInWorkTree } from './owners-version.ts';

/** How far the signing of a layout has got, by what this clone has pinned. */
export async function readSigningState(
  repo: Repository,
  { env, now }: Context,
  envelope: Envelope,
  certificates: readonly Certificate[],
): Promise<SigningState> {
  const pinned = await readTrust(repo, { owners: [], strict: false, env });
  const { owners, threshold } =
    repo.workTree === undefined
      ? pinned
      : await ownersInWorkTree(repo.workTree, certificates, pinned, Math.floor(now() / 1000));
  const judge = judgeWith(certificates, envelope);
  return signingState(envelope, { fingerprints: owners, threshold }, holdersOf(certificates), judge);
}

/** Is a signature good? Undefined where none of the certificates is the signer's. */
export function judgeWith(certificates: readonly Certificate[], { signedBytes }: Envelope): SignatureJudge {
  const keys = new Map(certificates.map(({ publicKey }) => [publicKey.keyid, publicKey]));
  return (signature) => {
    const found = findKey(keys, signature.keyid);
    return found && checkSignature(found.key, signature, signedBytes).good;
  };
}

/** In a line or a few: who has signed, who has yet to. Safe to print. */
export function signingLines(state: SigningState, holders: Holders): readonly string[] {
  const { signed, others, missing, threshold, isComplete } = state;
  const everybody = [...signed, ...others];
  const done =
    everybody.length === 0 ? ['not signed yet'] : everybody.map((one) => `signed by ${named(one, holders)}`);
  if (!hasOwners(state))
    return [...done, 'this clone trusts no owner yet, so it cannot tell whether that is enough'];
  if (isComplete) return done;
  const due = `${count(threshold - signed.length, 'signature')} still missing, of:`;
  return [...done, due, ...missing.map((one) => `  ${named(one, holders)}`)];
}

/** Has this clone anybody pinned to count signatures by? */
export function hasOwners({ signed, missing }: SigningState): boolean {
  return signed.length + missing.length > 0;
}

/** The state as `--json` prints it. */
export function signingDocument({ signed, missing, others, threshold, isComplete }: SigningState) {
  return { complete: isComplete, threshold, signed, missing, others };
}

function named(holder: Holder, holders: Holders): string {
  return escapeText(holderText(holders.get(holder.fingerprint.toLowerCase()) ?? holder));
}
