import type * as OpenPgp from 'openpgp';

export type { OpenPgp };

/**
 * OpenPGP.js, loaded when a key is made, revoked or opened with a passphrase: it costs about 50 ms, which nobody pays who
 * only judges or signs with an open key.
 */
export function loadOpenPgp(): Promise<typeof OpenPgp> {
  return import('openpgp');
}
