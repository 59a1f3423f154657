import type { Assessment } from '../../gather/assess.ts';
import { evidenceDue } from '../../gather/evidence-due.ts';
import { judgeUpdate, type RefUpdate, type RefVerdict } from '../../gather/push-verdict.ts';
import { type PushedRef, weighPushedNotes } from '../../gather/pushed-notes.ts';
import { readTrust } from '../../gather/trust.ts';
import { deliverUnasked } from '../../gather/unasked-delivery.ts';
import { listRefs } from '../../git/refs.ts';
import { listRemotes } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { deliver } from '../../ledger/delivery.ts';
import { fetchEvidence } from '../../ledger/fetch.ts';
import { findingsText } from '../../report/verdict-text.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { describeDelivery, sayUndelivered } from './delivery-words.ts';

const TEN_MINUTES_MS = 600_000;

const OBJECTIONS = {
  'takes-away': 'would lose evidence that the remote has',
  lacks: 'would arrive without evidence that is due',
};

export interface Push {
  /** A remote's name, or a URL where none was configured. */
  readonly remote: string;
  readonly url: string;
  /** What git wrote to the hook's standard input. */
  readonly input: string;
}

/**
 * Verifies what is about to leave, then delivers its evidence; only then does the branch go (`product.md` §8). All
 * words go to standard error: standard output of a hook belongs to `git push --porcelain`.
 */
export async function prePush(context: Context, push: Push): Promise<ExitCode> {
  const repo = await context.openRepository();
  const pushed = pushedRefs(push.input);
  const verdicts = await judgeAll(context, repo, arriving(pushed), push);
  const refused = verdicts.filter((verdict) => !mayPass(context, verdict));
  if (refused.length > 0) {
    context.voice.error(
      'the push is refused: nothing was sent',
      'git mlchain verify shows the whole verdict',
    );
    return 1;
  }
  return await deliverEvidence(context, repo, push, pushed, verdicts);
}

/** `<local ref> SP <local id> SP <remote ref> SP <remote id> LF` (githooks(5)). */
function pushedRefs(input: string): PushedRef[] {
  return input.split('\n').flatMap((line) => {
    const [, after = '', ref = '', before = ''] = line.split(' ');
    return ref === '' ? [] : [{ ref, before: idOrNothing(before), after: idOrNothing(after) }];
  });
}

function idOrNothing(id: string): string | undefined {
  return /^0+$/.test(id) ? undefined : id;
}

/** A deletion brings nothing to verify. */
function arriving(pushed: readonly PushedRef[]): RefUpdate[] {
  return pushed.flatMap(({ ref, before, after }) => (after === undefined ? [] : [{ ref, before, after }]));
}

/** What others signed may have arrived at the remote since: before refusing, it is asked for once more. */
async function judgeAll(
  context: Context,
  repo: Repository,
  updates: readonly RefUpdate[],
  { remote }: Push,
): Promise<RefVerdict[]> {
  const judge = async () => {
    const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
    const now = Math.floor(context.now() / 1000);
    const verdicts: RefVerdict[] = [];
    for (const update of updates) {
      verdicts.push(
        await judgeUpdate(repo, update, { trust, inspections: { timeoutMs: TEN_MINUTES_MS }, now }),
      );
    }
    return verdicts;
  };
  const verdicts = await judge();
  const stopped = verdicts.some(
    (verdict) => verdict.kind === 'judged' && verdict.assessment.verdict !== 'verified',
  );
  if (!stopped || !(await listRemotes(repo)).includes(remote)) return verdicts;
  await fetchEvidence(repo, remote);
  return await judge();
}

function mayPass({ voice }: Context, verdict: RefVerdict): boolean {
  switch (verdict.kind) {
    case 'not-asked':
      return true;
    case 'without-layout':
      voice.note(`git-mlchain: ${verdict.update.ref} has no layout: not verified`);
      return true;
    case 'judged': {
      const { assessment, update } = verdict;
      if (assessment.verdict === 'verified') return true;
      voice.error(`${update.ref} is ${assessment.verdict}`);
      voice.note(findingsText(stopping(assessment), voice.errorStyle));
      return false;
    }
  }
}

/** Warnings that explain nothing are left to `git mlchain verify`: the person wants to know what stops the push. */
function stopping({ findings }: Assessment) {
  const commits = new Set(
    findings.filter(({ severity }) => severity !== 'warning').map(({ commit }) => commit),
  );
  return findings.filter(({ severity, commit }) => severity !== 'warning' || commits.has(commit));
}

async function deliverEvidence(
  { voice }: Context,
  repo: Repository,
  { remote, url }: Push,
  pushed: readonly PushedRef[],
  verdicts: readonly RefVerdict[],
): Promise<ExitCode> {
  const published = await publishedTips(repo, remote);
  const histories = verdicts.flatMap((each) =>
    each.kind === 'judged' ? (each.assessment.history ?? []) : [],
  );
  const tips = [...published, ...arriving(pushed).map(({ after }) => after)];
  const request = { remote: url, tips, verdicts: histories };
  const sent = await deliverUnasked(repo, { remote, url, pushed }, request);
  if (sent?.isWhole) {
    voice.note(`git-mlchain: ${describeDelivery(sent)}`);
    return 0;
  }
  const { lines, there } = await evidenceDue(repo, request);
  const { objections, due } = await weighPushedNotes(repo, { remote, url, pushed }, lines);
  for (const { ref, kind } of objections) voice.error(`${ref} ${OBJECTIONS[kind]}`);
  if (objections.length > 0) {
    voice.error(
      'the push is refused: nothing was sent',
      "evidence goes along by itself: push branches ('git push --all') and tags ('git push --tags'), or 'git mlchain sync'",
    );
    return 1;
  }
  const result = due.size === 0 ? undefined : await deliver(repo, remote, due, { url, there });
  if (result === undefined || result.failed.size === 0) {
    const delivered = inAll(sent?.delivered, result?.delivered);
    if (delivered.size > 0) voice.note(`git-mlchain: ${describeDelivery({ delivered })}`);
    return 0;
  }
  sayUndelivered(voice, result);
  voice.error(
    'the push is refused: a branch must not arrive without its evidence',
    'try again, or git mlchain sync',
  );
  return 1;
}

function inAll(...several: readonly (ReadonlyMap<string, number> | undefined)[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [signer, lines] of several.flatMap((each) => [...(each ?? [])])) {
    sums.set(signer, (sums.get(signer) ?? 0) + lines);
  }
  return sums;
}

/** What this clone knows to be at the remote: evidence for it is due there, also when the push brings nothing. */
async function publishedTips(repo: Repository, remote: string): Promise<string[]> {
  return [...(await listRefs(repo, `refs/remotes/${remote}/`)).values()];
}
