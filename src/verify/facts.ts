import type { Artifact } from '../artifact/kind.ts';
import type { Envelope } from '../intoto/envelope.ts';
import type { PathDifference } from '../layout/changed.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { LateLines } from './late-lines.ts';
import type { Memory, RememberedLink } from './memory.ts';

/**
 * One version of one path in a tree. `artifact` is undefined where nobody had to know the digest: on paths that no
 * layout of this history controls at that commit.
 */
export interface Side {
  readonly id: string;
  readonly artifact: Artifact | undefined;
}

/** What the judge must know of one commit. Only paths that some layout of the history controls are listed. */
export interface CommitFacts {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** `Name <email>` as git says it: foreign text. */
  readonly author: string;
  /** Committer time, seconds. */
  readonly time: number;
  readonly subject: string;
  /** Blob id of `.mlchain/root.layout` in the commit's tree. */
  readonly layout: string | undefined;
  /** Of `.mlchain/owners` in the commit's tree; the same object while nothing changes there. */
  readonly owners?: OwnersFiles | undefined;
  /** One list a parent, in the order of `parents`; a root commit has one list, against nothing. */
  readonly changes: readonly (readonly PathDifference<Side>[])[];
  /** Every controlled path of the tree, given where the layout differs from a parent's. */
  readonly listing: ReadonlyMap<string, Side> | undefined;
  /** For merges: what a path held in each merge base of parents `a` and `b`. */
  readonly bases: (a: number, b: number, path: string) => readonly (Side | undefined)[];
  /**
   * Against the first parent: paths that nobody controls and that came (true) or went (false), as far as they could be
   * the same file as a controlled one on another file system.
   */
  readonly bystanders: ReadonlyMap<string, boolean>;
  /** What the tree has at paths that links on this commit name as products and no step controls. */
  readonly extras: ReadonlyMap<string, Side>;
}

/** A layout file as found: readable or not. */
export type LayoutFacts =
  | { readonly blob: string; readonly envelope: Envelope }
  | { readonly blob: string; readonly envelope: undefined; readonly problem: string };

/** A version of the owners as found: readable or not. */
export type OwnersFacts = LayoutFacts;

/** The versions of the owners in a tree: number → blob id. */
export type OwnersFiles = ReadonlyMap<number, string>;

/** What this clone trusts, pinned outside the repository's content (`product.md` §3). */
export interface Trust {
  /** Upper-hex primary fingerprints. */
  readonly owners: readonly string[];
  readonly threshold: number;
  /** The pinned `mlchain-id`, if any. */
  readonly id: string | undefined;
  /** Refuse carried links (`--strict`, `mlchain.strict`). */
  readonly strict: boolean;
}

/** A history that was verified before: what it left behind, with what that names found again. */
export interface Seed {
  readonly memory: Memory;
  /** The verified commit, its listing given. */
  readonly tip: CommitFacts;
  /** One for each of `memory.links`. */
  readonly links: readonly { readonly remembered: RememberedLink; readonly entry: Entry }[];
}

export interface HistoryFacts {
  /** Everything before these commits; every one of them descends from its tip and holds the same layout. */
  readonly seed?: Seed | undefined;
  /** Whether pointers of DVC named controlled paths in any of these commits. */
  readonly pointed?: boolean;
  /** Oldest first, every parent before its child. */
  readonly commits: readonly CommitFacts[];
  readonly layouts: ReadonlyMap<string, LayoutFacts>;
  readonly owners?: readonly OwnersFacts[];
  /** Every version seen, newest first: what was revoked once stays revoked. */
  readonly certificates: readonly Certificate[];
  readonly evidence: readonly Entry[];
  /** Of signers whose keys have ended: what came to this clone only afterwards. */
  readonly late?: readonly LateLines[];
  /** Signatures whose arithmetic was done ahead. They count no more for it than any other. */
  readonly fitting?: Fitting | undefined;
  readonly trust: Trust;
  /** Seconds since 1970. */
  readonly now: number;
}
