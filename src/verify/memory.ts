import type { Checked } from './checked.ts';
import type { Finding } from './finding.ts';
import type { KeySet } from './key-set.ts';
import type { Span } from './steady.ts';

/** Which line of evidence, and where it lies. */
export interface EntryName {
  /** Upper-hex fingerprint of the notes ref. */
  readonly signer: string;
  /** The annotated commit. */
  readonly object: string;
  /** SHA-256 of the line, hex. */
  readonly id: string;
}

/** A link that was found to count. */
export interface RememberedLink {
  readonly entry: EntryName;
  /** Where it counts. */
  readonly commit: string;
  readonly carried: boolean;
  /** The very key that signed, lower hex. */
  readonly keyid: string;
  /** When the signature claims to have been made, seconds. */
  readonly created: number;
}

/** A link in its own place outside the remembered history: it may be carried to a commit that does the same again. */
export interface Elsewhere {
  /** `changeKey` of what it signed. */
  readonly change: string;
  /** The commit that it is bound to. */
  readonly commit: string;
}

/**
 * What a *verified* history leaves behind, so that what comes on top of it can be judged alone (`product.md` §6.7).
 * Plain data. It says nothing of trust: who keeps it has to see that it comes back unaltered, and is used under the
 * same pinned owners, certificates and evidence that it was made under.
 */
export interface Memory {
  /** The commit whose history was verified. */
  readonly tip: string;
  /** Blob id of the layout in force there. */
  readonly layout: string;
  /** When the clock alone does not matter. */
  readonly span: Span;
  readonly checked: Omit<Checked, 'cached'>;
  /** Names at the tip that nobody controls and that could be mistaken for controlled ones: `CommitFacts.bystanders`. */
  readonly bystanders: readonly string[];
  /** Whether pointers of DVC ever named controlled paths: what a tree points at is not found by its own listing. */
  readonly pointed: boolean;
  /** All that was found; nothing graver than warnings, or there would be no memory. */
  readonly warnings: readonly Finding[];
  /** Steps of which some link counts. */
  readonly steps: readonly string[];
  /** Commits of that history that `links` and `unbound` lie on, oldest first. */
  readonly places: readonly string[];
  /**
   * For each step, the links that produced what the tip holds, those that agree with them, and what else counts where
   * these do: all that can become, or speak against, an effective link while the step's files stay as they are. Also
   * every carried link, which has to be delivered with the history that it explains.
   */
  readonly links: readonly RememberedLink[];
  /** Imported links, bound to no commit, that were noted in that history. */
  readonly unbound: readonly EntryName[];
  /** `producedName` and `agreedName` of every link that counts there, `changedName` of all that its commits did. */
  readonly names: KeySet;
  readonly elsewhere: readonly Elsewhere[];
}
