import { decodePath } from '../../git/paths.ts';
import { records } from '../../git/records.ts';
import type { Repository } from '../../git/repository.ts';
import { isAuthorised } from '../../openpgp/authorised.ts';
import { KeyError } from '../../openpgp/key-error.ts';
import type { SigningKey } from '../../openpgp/signer.ts';
import { pendingLinks } from '../../record/desk.ts';
import { queuedCommits } from '../../record/missing.ts';
import { type StatusReport, statusText } from '../../report/status-text.ts';
import type { HistoryJudgment } from '../../verify/history.ts';
import type { TrustedLayout } from '../../verify/layout-trust.ts';
import type { Args } from '../args.ts';
import { evidenceState, judgeHead, layoutStatus, ownKey, stepsOf } from '../clone-state.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `status`: where I stand, and what to do next. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const repo = await context.openRepository();
  repo.askAhead();
  const status = await readStatus(repo, context);
  context.voice.document(status);
  context.voice.say(statusText(status, context.voice.style));
  return 0;
}

async function readStatus(repo: Repository, context: Context): Promise<StatusReport> {
  const atHead = await judgeHead(repo, context);
  const { assessment, layout } = atHead;
  const found = await ownKey(repo, context);
  const key = found instanceof KeyError ? undefined : found;
  return {
    layout: layoutStatus(atHead, context.now()),
    key:
      found instanceof KeyError
        ? { problem: found.message }
        : { person: found, steps: stepsOf(found, layout) },
    next: layout === undefined ? [] : await staged(repo, layout, key),
    pending: (await pendingLinks(repo).list()).map(({ step, products }) => ({
      step,
      products: products.size,
    })),
    queued: [...(await queuedCommits({ repo }))],
    steps: (assessment?.steps ?? []).map((step) => ({
      ...step,
      functionaries: functionaries(step.step, layout, assessment?.history),
    })),
    evidence: (await evidenceState(repo, key?.fingerprint)).map(({ remote, fetched, undelivered }) => ({
      remote,
      fetched,
      undelivered,
    })),
  };
}

function functionaries(
  name: string,
  layout: TrustedLayout | undefined,
  history: HistoryJudgment | undefined,
) {
  const keyids = layout?.layout.steps.find((step) => step.name === name)?.pubkeys ?? [];
  const people = keyids.map((keyid) => history?.keys.primaryOf(keyid) ?? keyid.toUpperCase());
  return [...new Set(people)].map((each) => history?.keys.person(each) ?? { fingerprint: each, name: '' });
}

/** What is staged, by the steps that control it: the same question that the hook will ask about the commit. */
async function staged(repo: Repository, layout: TrustedLayout, key: SigningKey | undefined) {
  const diff = ['diff', '--cached', '--name-only', '-z', '--no-renames', '--no-ext-diff'];
  const paths: string[] = [];
  for await (const batch of records(repo.git.stream(diff))) paths.push(...batch.map(decodePath));
  return layout.control.steps.flatMap(({ step, controls }) => {
    const under = paths.filter(controls);
    const mine = key !== undefined && isAuthorised(layout.layout, step.name, key.keyid);
    return under.length === 0 ? [] : [{ step: step.name, paths: under, mine }];
  });
}
