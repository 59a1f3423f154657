/** Who holds a key, as their certificate says. */
export interface Holder {
  /** Primary key, upper hex. */
  readonly fingerprint: string;
  /** User id: foreign text, unescaped. Empty where no certificate is at hand. */
  readonly name: string;
}

/** Key id (lower hex, of a primary key or a subkey) → its holder. */
export type Holders = ReadonlyMap<string, Holder>;

/** What is needed of a certificate to know whose a key is. */
export interface CertifiedKeys {
  readonly fingerprint: string;
  readonly userIds: readonly string[];
  /** By key id, lower hex, subkeys included. */
  readonly keys: ReadonlyMap<string, unknown>;
}

export function holdersOf(certificates: Iterable<CertifiedKeys>): Holders {
  const holders = new Map<string, Holder>();
  for (const { fingerprint, userIds, keys } of certificates) {
    const holder = { fingerprint: fingerprint.toUpperCase(), name: userIds[0] ?? '' };
    for (const keyid of [fingerprint, ...keys.keys()]) holders.set(keyid.toLowerCase(), holder);
  }
  return holders;
}

/** The holder of a key; without a certificate, the key stands for itself. */
export function holderOf(keyid: string, holders: Holders): Holder {
  return holders.get(keyid) ?? { fingerprint: keyid.toUpperCase(), name: '' };
}

/** The people behind some keys: each once, whatever number of keys they have. */
export function peopleOf(keyids: readonly string[], holders: Holders): readonly Holder[] {
  return [
    ...new Map(keyids.map((keyid) => holderOf(keyid, holders)).map((one) => [one.fingerprint, one])).values(),
  ];
}
