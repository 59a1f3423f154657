/** All that the chain itself rests on lies in there. */
export const OWN_DIR = '.mlchain';

/** Where the layout of a repository lies: the path is fixed, so nobody can be shown another one (`product.md` §3). */
export const LAYOUT_PATH = '.mlchain/root.layout';

/** Certificates of owners and functionaries: they add facts to a key that the layout names and authorise nobody. */
export const KEYS_DIR = '.mlchain/keys';

/** @param fingerprint of the primary key, upper hex */
export function certificatePath(fingerprint: string): string {
  return `${KEYS_DIR}/${fingerprint}.asc`;
}

/** Versions of the owners, `N.json` (`formats.md` §5). */
export const OWNERS_DIR = '.mlchain/owners';

/** Revocations, each named by the SHA-256 of its line: once in a history they stay known, whatever becomes of the notes. */
export const REVOCATIONS_DIR = '.mlchain/revocations';
