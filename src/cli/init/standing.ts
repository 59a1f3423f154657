import type { Repository } from '../../git/repository.ts';
import { holdersOf, peopleOf } from '../../layout/holders.ts';
import { KeyError } from '../../openpgp/key-error.ts';
import type { SigningKey } from '../../openpgp/signer.ts';
import { findSigningKey } from '../../openpgp/signer.ts';
import { nameOf } from '../../openpgp/store.ts';
import type { ClaimedLayout } from '../claimed-layout.ts';
import type { Context } from '../context.ts';
import { signerRequest } from '../signing.ts';

/** Where whoever set this clone up stands towards its layout, and so what they do next. */
export type Standing =
  /** There is no layout yet: they may be its first owner. */
  | { readonly role: 'founder'; readonly key: SigningKey | undefined }
  | { readonly role: 'functionary'; readonly key: SigningKey; readonly steps: readonly string[] }
  | { readonly role: 'owner'; readonly key: SigningKey }
  /** Has a key, which the layout does not know. */
  | { readonly role: 'newcomer'; readonly key: SigningKey }
  /** The layout names somebody of their address, whose key is not here. */
  | { readonly role: 'elsewhere'; readonly certificate: string }
  | { readonly role: 'reader' };

/**
 * The key that would sign. `none`: there is no key; `unclear`: there are several, or one that cannot sign, which is
 * said aloud.
 */
export async function signingKeyHere(
  repo: Repository,
  context: Context,
): Promise<SigningKey | 'none' | 'unclear'> {
  try {
    return await findSigningKey(await signerRequest(repo, context, undefined));
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    if (error.reason === 'no-key') return 'none';
    context.voice.warn(error.message, error.hint);
    return 'unclear';
  }
}

export async function standingOf(
  repo: Repository,
  key: SigningKey | undefined,
  claimed: ClaimedLayout | undefined,
): Promise<Standing> {
  if (claimed === undefined) return { role: 'founder', key };
  if (key === undefined) return await withoutKey(repo, claimed);
  const steps = stepsOf(key, claimed);
  if (steps.length > 0) return { role: 'functionary', key, steps };
  const isOwner = claimed.signers.some(({ fingerprint }) => fingerprint === key.fingerprint);
  return { role: isOwner ? 'owner' : 'newcomer', key };
}

function stepsOf({ fingerprint }: SigningKey, { layout, certificates }: ClaimedLayout): readonly string[] {
  const holders = holdersOf(certificates);
  const theirs = layout.steps.filter(({ pubkeys }) => {
    return peopleOf(pubkeys, holders).some((person) => person.fingerprint === fingerprint);
  });
  return theirs.map(({ name }) => name);
}

async function withoutKey(repo: Repository, { certificates }: ClaimedLayout): Promise<Standing> {
  const email = await repo.config('user.email');
  const mine = certificates.find(
    ({ userIds }) => email !== undefined && userIds.some((id) => id.includes(`<${email}>`)),
  );
  return mine === undefined ? { role: 'reader' } : { role: 'elsewhere', certificate: nameOf(mine) };
}
