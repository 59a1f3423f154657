import type { Repository } from '../git/repository.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { EvidenceRef } from '../ledger/read-notes.ts';
import type { Trust } from '../verify/facts.ts';
import type { Assessment } from './assess.ts';
import { assess } from './assess.ts';
import type { InspectionSettings } from './inspect-release.ts';
import { isNamedReleaseRef, questionFor } from './push-policy.ts';

/** One ref that a push would move. */
export interface RefUpdate {
  /** The name at the receiving end. */
  readonly ref: string;
  /** What it points to there so far; undefined for a new ref. */
  readonly before: string | undefined;
  readonly after: string;
}

export type RefVerdict =
  | {
      readonly kind: 'judged';
      readonly update: RefUpdate;
      readonly commit: string;
      readonly assessment: Assessment;
    }
  /** No layout ever: nothing to verify (`product.md` §6.2). */
  | { readonly kind: 'without-layout'; readonly update: RefUpdate }
  | { readonly kind: 'not-asked'; readonly update: RefUpdate };

export interface PushRequest {
  readonly trust: Trust;
  readonly inspections: InspectionSettings | undefined;
  /** Evidence that comes in the same push. */
  readonly incoming?: readonly EvidenceRef[];
  /** Seconds. */
  readonly now: number;
}

/** Judges one ref of a push, on either side of it. */
export async function judgeUpdate(
  repo: Repository,
  update: RefUpdate,
  request: PushRequest,
): Promise<RefVerdict> {
  const info = await repo.objects.info(update.after);
  const question = await questionFor(repo, update.ref, info?.type === 'tag');
  const commit = question && (await repo.tryResolve(update.after));
  if (question === undefined || commit === undefined) return { kind: 'not-asked', update };
  if (!(await everHadLayout(repo, commit)) && !(await mustHaveLayout(repo, update))) {
    return { kind: 'without-layout', update };
  }
  const assessment = await assess(repo, { ...request, ...question, revision: commit, cache: 'histories' });
  return { kind: 'judged', update, commit, assessment };
}

/** A branch that had a layout, or is meant for releases, may not come without one (threat 46). */
async function mustHaveLayout(repo: Repository, { ref, before }: RefUpdate): Promise<boolean> {
  if (await isNamedReleaseRef(repo, ref)) return true;
  const commit = before && (await repo.tryResolve(before));
  return commit !== undefined && commit !== '' && (await everHadLayout(repo, commit));
}

async function everHadLayout(repo: Repository, commit: string): Promise<boolean> {
  if ((await repo.objects.info(`${commit}:${LAYOUT_PATH}`)) !== undefined) return true;
  const args = ['rev-list', '--max-count=1', '--full-history', commit, '--', LAYOUT_PATH];
  return (await repo.git.text(args)) !== '';
}
