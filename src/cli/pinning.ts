import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import type { Layout } from '../intoto/layout.ts';
import { layoutId } from '../layout/identity.ts';
import { readFingerprint } from './fingerprint.ts';

const OWNER = 'mlchain.owner';
const ID = 'mlchain.id';

/** Adds owners to those that this clone trusts; returns the ones that were new. */
export async function pinOwners(
  repo: Repository,
  fingerprints: readonly string[],
): Promise<readonly string[]> {
  const pinned = (await repo.configAll(OWNER)).map(readFingerprint);
  const added = [...new Set(fingerprints)].filter((fingerprint) => !pinned.includes(fingerprint));
  for (const fingerprint of added) await repo.configAdd(OWNER, fingerprint);
  return added;
}

/** However it was written there by hand. */
export async function unpinOwner(repo: Repository, fingerprint: string): Promise<void> {
  const pinned = async () =>
    (await repo.configAll(OWNER)).filter((text) => readFingerprint(text) === fingerprint);
  const found = await pinned();
  if (found.length === 0) {
    throw new MlchainError('input', `${fingerprint} is not pinned in this clone`, {
      hint: "'git mlchain trust --list' shows who is",
    });
  }
  for (const text of found) await repo.configUnset(OWNER, text);
  if ((await pinned()).length === 0) return;
  throw new MlchainError('failed', `${fingerprint} is still pinned, in git config outside this clone`, {
    hint: `git config --show-origin --get-all ${OWNER} says where`,
  });
}

/**
 * Remembers which repository this is, so that another one's layout by the same owner is not taken for it (threat 65).
 * @returns the identity now pinned; undefined where the layout has none
 * @throws MlchainError failed: this clone knows the repository under another one
 */
export async function pinIdentity(repo: Repository, { readme }: Layout): Promise<string | undefined> {
  const id = layoutId(readme);
  const pinned = await repo.config(ID);
  if (id === undefined || pinned === id) return pinned;
  if (pinned !== undefined) {
    throw new MlchainError('failed', `expected the layout of the repository ${pinned}, found that of ${id}`, {
      hint: `if this clone is to follow that one from now on: git config ${ID} ${id}`,
    });
  }
  await repo.configSet(ID, id);
  return id;
}
