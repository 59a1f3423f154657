import type { Layout } from '../intoto/layout.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import { findKey } from '../openpgp/check.ts';
import type { Person } from '../verify/finding.ts';
import type { KeyBook } from '../verify/key-book.ts';

export interface KnownSigner {
  readonly person: Person;
  /** The very key, primary or subkey. */
  readonly key: VerificationKey;
}

/**
 * Keys by id, and whose they are. A certificate tells by itself: its fingerprint is made of its key. What a layout says
 * of a key is as good as the layout, so it has to be one that the owners signed.
 */
export class Keyring {
  readonly #books: readonly KeyBook[];
  readonly #layout: Layout | undefined;

  /** @param layout in force where the keys are asked about, if any */
  constructor(books: readonly KeyBook[], layout: Layout | undefined) {
    this.#books = books;
    this.#layout = layout;
  }

  find(keyid: string): KnownSigner | undefined {
    for (const book of this.#books) {
      const key = book.signingKey(keyid);
      const fingerprint = book.primaryOf(keyid);
      if (key !== undefined && fingerprint !== undefined) return { key, person: book.person(fingerprint) };
    }
    const found = this.#layout && findKey(this.#layout.keys, keyid);
    return found && { key: found.key, person: { fingerprint: found.master.keyid.toUpperCase(), name: '' } };
  }
}
