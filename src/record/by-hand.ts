import { pointerProblem } from '../artifact/dvc/problem.ts';
import { MlchainError } from '../errors.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import { composeWork } from './compose.ts';
import type { RecordingContext } from './context.ts';
import { pendingLinks } from './desk.ts';
import type { LinkDraft } from './draft.ts';
import { draftLink } from './draft.ts';
import { Journal } from './journal.ts';
import type { Occurrence } from './occurrence.ts';
import { occurrenceOf } from './occurrence.ts';
import type { Outcome, Refusal } from './outcome.ts';
import { findUnexplained, unexplainableAmong } from './plan.ts';
import { withContents } from './pointed.ts';
import { unknownStep } from './run-patterns.ts';
import { signLinks } from './sign.ts';
import { patternsFor, viewFor } from './step-view.ts';
import { neededSteps } from './steps.ts';

/** A link that a person may sign by hand, to be shown before they do. */
export interface Proposal {
  readonly occurrence: Occurrence;
  readonly draft: LinkDraft;
  /** What they would vouch for though the commit did not bring it and nobody has explained it. */
  readonly unexplained: Extract<Refusal, { kind: 'unexplained' }> | undefined;
}

/**
 * What `record COMMIT` would sign: for the steps named, also where the commit changed nothing of theirs (a baseline, a
 * co-signature), else for the steps of the signer that it changed something of.
 * @throws MlchainError `usage` for a step that the layout has not, `input` where a link could never count
 */
export async function proposeLinks(
  context: RecordingContext,
  commit: string,
  named: readonly string[],
): Promise<readonly Proposal[]> {
  const occurrence = await occurrenceOf(context, commit);
  if (occurrence === undefined) return [];
  const { steps, unknown } = neededSteps(occurrence, named);
  const [stranger] = unknown;
  if (stranger !== undefined)
    throw unknownStep(
      stranger,
      occurrence.control.steps.map(({ step }) => step.name),
    );
  const { keyid } = await context.signingKey();
  const wanted = steps.filter(({ step }) =>
    named.length > 0 ? named.includes(step.name) : isAuthorised(occurrence.layout.layout, step.name, keyid),
  );
  return await Promise.all(wanted.map((step) => propose(context, occurrence, step)));
}

async function propose(
  context: RecordingContext,
  occurrence: Occurrence,
  step: Occurrence['control']['steps'][number],
): Promise<Proposal> {
  const patterns = await patternsFor(context, occurrence, step);
  const view = await viewFor(context, occurrence, patterns);
  const work = composeWork(patterns, view);
  const refusal = unexplainableAmong(work.products, patterns);
  if (refusal?.kind === 'unexplainable') throw unexplainableError(refusal);
  const unexplained = await findUnexplained(context, occurrence, patterns, view, work.products);
  const whole = await withContents(context, occurrence.commit.id, work);
  return {
    occurrence,
    draft: draftLink(context.repo, occurrence, step, whole, { recorder: 'record' }),
    unexplained: unexplained?.kind === 'unexplained' ? unexplained : undefined,
  };
}

function unexplainableError({ path, what }: Extract<Refusal, { kind: 'unexplainable' }>): MlchainError {
  const problem = pointerProblem(what);
  return problem === undefined
    ? new MlchainError('input', `'${path}' is a symbolic link: a controlled path must be a file`, {
        hint: 'commit the file itself in its place',
      })
    : new MlchainError('input', `nobody can sign for '${path}': ${problem}`);
}

/**
 * Signs what was shown, in one change of the notes for all commits that have the same layout. A pending link of the same step would be refused by the next commit: this one replaces it.
 */
export async function signProposals(
  context: RecordingContext,
  proposals: readonly Proposal[],
): Promise<{ readonly outcomes: readonly Outcome[]; readonly discarded: readonly string[] }> {
  const outcomes: Outcome[] = [];
  const discarded: string[] = [];
  const head = await context.repo.head();
  for (const alike of byLayout(proposals)) {
    const [layout] = alike.map(({ occurrence }) => occurrence.layout.layout);
    if (layout === undefined) continue;
    const drafts = alike.map(({ draft }) => draft);
    outcomes.push(...(await signLinks(context, layout, drafts)));
    const commits = new Set(alike.map(({ occurrence }) => occurrence.commit.id));
    for (const commit of commits) await new Journal(context.repo).done(commit);
  }
  const atHead = outcomes.filter(({ commit }) => commit === head);
  discarded.push(...(await discardPending(context, atHead)));
  return { outcomes, discarded };
}

/** By the object that holds it: read for each commit anew, it is the same layout. */
function byLayout(proposals: readonly Proposal[]): Iterable<readonly Proposal[]> {
  const groups = new Map<string, Proposal[]>();
  for (const proposal of proposals) {
    const { blob } = proposal.occurrence.layout;
    const group = groups.get(blob);
    if (group === undefined) groups.set(blob, [proposal]);
    else group.push(proposal);
  }
  return groups.values();
}

async function discardPending(
  { repo }: RecordingContext,
  outcomes: readonly Outcome[],
): Promise<readonly string[]> {
  const discarded: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind === 'signed' && (await pendingLinks(repo).remove(outcome.step)))
      discarded.push(outcome.step);
  }
  return discarded;
}
