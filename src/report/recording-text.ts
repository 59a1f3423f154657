import { pointerProblem } from '../artifact/dvc/problem.ts';
import type { MlchainError } from '../errors.ts';
import type { Difference } from '../record/bind.ts';
import type { Foreign, Outcome, Refusal } from '../record/outcome.ts';
import { escapeText, quotePath } from './escape.ts';
import { count, nameOnly, shortDigest, shortId, signerWords } from './words.ts';

/**
 * What recording has to say, one line a thing: a hook speaks in the middle of somebody's `git commit`. Each line names
 * what happened, to which commit, and what to do about it.
 */
export function recordingLines(outcomes: readonly Outcome[]): readonly string[] {
  return grouped(outcomes).map(({ outcome, steps }) => line(outcome, steps));
}

interface Group {
  readonly outcome: Outcome;
  /** Steps of which the same is to be said, as they are shown. */
  readonly steps: string;
}

/** Somebody who is a functionary of none of five steps is told so once. */
function grouped(outcomes: readonly Outcome[]): readonly Group[] {
  const groups = new Map<string, { outcome: Outcome; steps: string[] }>();
  for (const [at, outcome] of outcomes.entries()) {
    const isShared = outcome.kind === 'refused' && outcome.refusal.kind === 'not-functionary';
    const key = isShared ? `not-functionary ${outcome.commit}` : `${at}`;
    const group = groups.get(key) ?? { outcome, steps: [] };
    if ('step' in outcome) group.steps.push(escapeText(outcome.step));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ outcome, steps }) => ({ outcome, steps: steps.join(', ') }));
}

function line(outcome: Outcome, steps: string): string {
  const commit = shortId(outcome.commit);
  switch (outcome.kind) {
    case 'signed':
      return `${steps}: signed ${commit}, ${productWords(outcome)}`;
    case 'already-signed':
      return `${steps}: ${commit} was signed before, in the same words`;
    case 'refused':
      return `${steps}: ${refusalWords(outcome.refusal, commit, steps)}`;
    case 'unknown-step':
      return `no step is called '${steps}', as ${commit} has it: the layout has ${outcome.known.map(escapeText).join(', ')}`;
    case 'foreign':
      return `${commit} is not signed, ${foreignWords(outcome)}: 'git mlchain record ${commit}' if it is your work`;
    case 'not-renewed': {
      const why =
        outcome.path === undefined
          ? 'it no longer says the same'
          : `${quotePath(outcome.path)} is not as it was`;
      return `${steps}: not signed again for ${commit}, ${why}: 'git mlchain record ${commit} --step ${steps}'`;
    }
    case 'queued':
      return `${commit} is not signed yet: ${errorWords(outcome.error)}; then 'git mlchain record --missing'`;
    case 'unsigned':
      return `${commit} is not signed: ${errorWords(outcome.error)}`;
  }
}

function productWords({
  products,
  external,
}: Extract<Outcome, { kind: 'signed' | 'already-signed' }>): string {
  const held = products.filter((name) => !external.includes(name));
  const outside = external.length === 0 ? '' : `, ${count(external.length, 'product')} outside of git`;
  return `${listWords(held, 'no products')}${outside}`;
}

function refusalWords(refusal: Refusal, commit: string, step: string): string {
  switch (refusal.kind) {
    case 'differs':
      return (
        `the pending link does not fit ${commit}: ${differenceWords(refusal.differences)}` +
        ` ('git mlchain run --discard ${step}' drops it, 'git mlchain record ${commit} --step ${step}' signs without it)`
      );
    case 'unexplained':
      return `${commit} is not signed: ${unexplainedWords(refusal)} (review it; then an owner's 'git mlchain endorse', or 'git mlchain record ${commit} --step ${step}')`;
    case 'arrived': {
      const { commit: other, author } = refusal.blame;
      return `${commit} is not signed: ${quotePath(refusal.path)} is as ${nameOnly(author)} committed it in ${shortId(other)} ('git mlchain record ${commit} --step ${step}' if you vouch for it)`;
    }
    case 'unexplainable':
      return `${commit} is not signed: ${unexplainableWords(refusal)}`;
    case 'not-functionary':
      return `${commit} is not signed: ${signerWords(refusal)} is not among the functionaries (an owner adds one with 'git mlchain layout set --functionary STEP=FPR')`;
  }
}

function unexplainableWords({ path, what }: Extract<Refusal, { kind: 'unexplainable' }>): string {
  const problem = pointerProblem(what);
  return problem === undefined
    ? `${quotePath(path)} is a symbolic link, which explains no content`
    : `nobody can sign for ${quotePath(path)}: ${problem}`;
}

/** `raw/a.csv and 2 more have no link behind them, last changed in 2be8810 by Mallory`. */
export function unexplainedWords({ files, blame }: Extract<Refusal, { kind: 'unexplained' }>): string {
  const by =
    blame === undefined ? '' : `, last changed in ${shortId(blame.commit)} by ${nameOnly(blame.author)}`;
  return `nobody has explained ${listWords(files, 'its files')}${by}`;
}

function differenceWords(differences: readonly Difference[]): string {
  const shown = differences.slice(0, 3).map(({ name, list, recorded, committed }) => {
    const was = recorded === undefined ? 'not made by the run' : `recorded as ${digestWords(recorded)}`;
    const is = committed === undefined ? 'not in the commit' : `${digestWords(committed)} in the commit`;
    return `${quotePath(name)}, a ${list === 'materials' ? 'material' : 'product'}, was ${was} and is ${is}`;
  });
  const more = differences.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function digestWords({ kind, digest }: NonNullable<Difference['recorded']>): string {
  return `${kind === 'file' ? '' : `${escapeText(kind)} `}${shortDigest(digest)}`;
}

function foreignWords({ how, author }: { how: Foreign; author: string }): string {
  switch (how) {
    case 'cherry-pick':
      return `it was cherry-picked (a link of the original goes with the same change)`;
    case 'other-author':
      return `its author is ${nameOnly(author)}`;
    case 'amended-foreign':
      return 'the commit it amends was not made here';
    case 'rebase':
    case 'am':
      return 'it was made in the middle of a rebase or am';
    case 'unknown':
      return 'nothing shows that it was made here just now';
  }
}

function errorWords({ message, hint }: MlchainError): string {
  const [advice] = (hint ?? '').split('\n');
  return escapeText(advice === undefined || advice === '' ? message : `${message}: ${advice}`);
}

function listWords(names: readonly string[], none: string): string {
  const [first] = names;
  if (first === undefined) return none;
  return names.length === 1 ? quotePath(first) : `${quotePath(first)} and ${names.length - 1} more`;
}
