import type { Envelope } from '../intoto/envelope.ts';
import type { Inspection } from '../intoto/layout.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { InspectionOutcome } from './inspection.ts';

/** What an in-toto verification is told. It reads nothing itself: links come from `links`, inspections are run by `inspect`. */
export interface SupplyChain {
  readonly layout: Envelope;
  /** Whose signatures the layout has to carry. */
  readonly owners: readonly VerificationKey[];
  /** How many of the owners must have signed. */
  readonly ownerThreshold: number;
  readonly links: LinkSource;
  /** Of owners and functionaries: they take from keys (expiry, revocation) and tell whose subkey is whose. */
  readonly certificates: readonly Certificate[];
  /** Seconds since 1970. */
  readonly now: number;
  /** Replaced in rules and commands (`{name}`); undefined: braces are plain text. */
  readonly parameters: ReadonlyMap<string, string> | undefined;
  /** Undefined: inspections are skipped, and the verdict says so. */
  readonly inspect: Inspect | undefined;
}

/** Where links of one layout lie: in-toto's directory with `STEP.KEYID8.link` and `STEP.KEYID8/` for sublayouts. */
export interface LinkSource {
  /** Every file named for the step, whoever it claims to come from. */
  links(step: string): Promise<readonly LinkFile[]>;
  /** The links of a sublayout signed by that key. */
  below(step: string, keyid: string): LinkSource;
}

interface NamedFile {
  readonly file: string;
  /** The eight hex digits in the file's name: of a key id, or of nothing. */
  readonly keyidPrefix: string;
}

export type LinkFile =
  | (NamedFile & { readonly envelope: Envelope; readonly problem?: undefined })
  | (NamedFile & { readonly envelope?: undefined; readonly problem: string });

/** Runs an inspection where the delivered product lies, and says what lay there before and after. */
export type Inspect = (inspection: Inspection) => Promise<InspectionOutcome>;
