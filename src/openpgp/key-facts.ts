/** What a certificate says of one of its keys, as of today: plain data, for a judge that does no I/O. */
export interface KeyFacts {
  /** Fingerprint, lower-case hex: in-toto's keyid. */
  readonly keyid: string;
  readonly isPrimary: boolean;
  /**
   * Whether the owner of the certificate lets this key sign data. Says nothing of time: a key that has expired or was
   * revoked may well have been allowed to sign before.
   */
  readonly maySign: boolean;
  /** Why not, in words, where `maySign` is false. */
  readonly whyNot: string | undefined;
  /** Seconds since 1970; nothing older can be this key's work. */
  readonly created: number;
  /** Seconds since 1970, the first at which the key is no longer valid: its own or, if sooner, its primary key's. */
  readonly expires: number | undefined;
  /** Its own revocation or its primary key's, whichever voids more. */
  readonly revocation: Revocation | undefined;
  /** Why nothing this key signs can be relied on, in words, though the mathematics hold. */
  readonly weak: string | undefined;
}

/**
 * `soft`: superseded or retired, so what was signed before `at` stands. `hard`: compromised, or no reason given, so
 * that nothing does, whatever date it claims. RFC 4880 §5.2.3.23, RFC 9580 §5.2.3.31.
 */
export interface Revocation {
  readonly kind: 'hard' | 'soft';
  /** Seconds since 1970, as the revocation itself claims. */
  readonly at: number;
  /** `superseded`, `compromised: laptop stolen`, … – the part after the colon is foreign text. */
  readonly reason: string;
}

/** Of several revocations, the one that voids most: a hard one, else the earliest. */
export function worstRevocation(revocations: Iterable<Revocation | undefined>): Revocation | undefined {
  const known = [...revocations].filter((one) => one !== undefined);
  const hard = known.filter(({ kind }) => kind === 'hard');
  return (hard.length > 0 ? hard : known).toSorted((a, b) => a.at - b.at)[0];
}

/** The sooner of two expiry times, where undefined is never. */
export function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
