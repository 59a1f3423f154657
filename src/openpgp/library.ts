import type * as OpenPgp from 'openpgp';

export type { OpenPgp };

/**
 * OpenPGP.js, loaded when a certificate must be judged, a key made or a passphrase tried: it costs about 50 ms, which a
 * hook that signs with an open key of the own store, and a judge with remembered certificates, do not pay.
 */
export function loadOpenPgp(): Promise<typeof OpenPgp> {
  return import('openpgp');
}
