import type { ArtifactKind } from '../artifact/kind.ts';
import type { MlchainError } from '../errors.ts';
import type { Recorder } from '../ledger/binding.ts';
import type { Difference } from './bind.ts';
import type { Blame } from './context.ts';

/** Why a link of work that was there is not made. */
export type Refusal =
  /** The commit does not hold what the run made, or not for the materials that it took. */
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  /** It would sign for files that arrived from elsewhere and that nobody has explained. */
  | { readonly kind: 'unexplained'; readonly files: readonly string[]; readonly blame: Blame | undefined }
  /** What the commit brought is what somebody else committed elsewhere: a squash, a file checked out from a branch. */
  | { readonly kind: 'arrived'; readonly path: string; readonly blame: Blame }
  /** A controlled symbolic link is nobody's product, nor is what a pointer of DVC does not tell for certain. */
  | { readonly kind: 'unexplainable'; readonly path: string; readonly what: ArtifactKind }
  /** The person's key is not one that the layout names for the step. */
  | { readonly kind: 'not-functionary'; readonly fingerprint: string; readonly name: string };

/** How a commit came about that is not signed unasked. */
export type Foreign = 'rebase' | 'cherry-pick' | 'am' | 'other-author' | 'amended-foreign' | 'unknown';

/** What came of recording one step of one commit, as data: `report/recording.ts` has the words. */
export type Outcome =
  | {
      readonly kind: 'signed' | 'already-signed';
      readonly commit: string;
      readonly step: string;
      readonly recorder: Recorder;
      readonly products: readonly string[];
      readonly external: readonly string[];
    }
  | { readonly kind: 'refused'; readonly commit: string; readonly step: string; readonly refusal: Refusal }
  | {
      readonly kind: 'unknown-step';
      readonly commit: string;
      readonly step: string;
      readonly known: readonly string[];
    }
  | {
      readonly kind: 'foreign';
      readonly commit: string;
      readonly how: Foreign;
      readonly steps: readonly string[];
      readonly author: string;
    }
  /** A rewritten commit whose link could not be made anew, and why not. */
  | {
      readonly kind: 'not-renewed';
      readonly commit: string;
      readonly step: string;
      readonly path: string | undefined;
    }
  /** Kept for `record --missing` and for pre-push. */
  | { readonly kind: 'queued'; readonly commit: string; readonly error: MlchainError }
  /** Not queued: nothing can be signed for this commit, or not unasked. */
  | { readonly kind: 'unsigned'; readonly commit: string; readonly error: MlchainError };
