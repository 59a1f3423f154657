import { assess } from '../../gather/assess.ts';
import { readTrust } from '../../gather/trust.ts';
import { decodePath } from '../../git/paths.ts';
import { records } from '../../git/records.ts';
import type { Repository } from '../../git/repository.ts';
import { remoteEvidence } from '../../ledger/fetched.ts';
import { countLines, linesMissing } from '../../ledger/note-lines.ts';
import { localRef, trackingRef } from '../../ledger/refs.ts';
import { isAuthorised } from '../../openpgp/authorised.ts';
import { KeyError } from '../../openpgp/key-error.ts';
import { findSigningKey, type SigningKey } from '../../openpgp/signer.ts';
import { pendingLinks } from '../../record/desk.ts';
import { queuedCommits } from '../../record/missing.ts';
import { type StatusReport, statusText } from '../../report/status-text.ts';
import type { HistoryJudgment } from '../../verify/history.ts';
import type { TrustedLayout } from '../../verify/layout-trust.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { signerRequest } from '../signing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `status`: where I stand, and what to do next. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const repo = await context.openRepository();
  const status = await readStatus(repo, context);
  context.voice.document(status);
  context.voice.say(statusText(status, context.voice.style));
  return 0;
}

async function readStatus(repo: Repository, context: Context): Promise<StatusReport> {
  const head = await repo.head();
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const now = Math.floor(context.now() / 1000);
  const release = {
    trust,
    questions: ['history', 'release'],
    inspections: undefined,
    now,
    cache: 'histories',
  } as const;
  const assessment = head === undefined ? undefined : await assess(repo, { ...release, revision: head });
  const history = assessment?.history;
  const layout = head === undefined ? undefined : history?.commits.get(head)?.inForce.own;
  const key = await ownKey(repo, context);
  return {
    layout: layoutStatus(head, trust.owners.length, layout, context.now()),
    key: 'problem' in key ? key : { person: key, steps: stepsOf(key, layout) },
    next: layout === undefined ? [] : await staged(repo, layout, 'problem' in key ? undefined : key),
    pending: (await pendingLinks(repo).list()).map(({ step, products }) => ({
      step,
      products: products.size,
    })),
    queued: [...(await queuedCommits({ repo }))],
    steps: (assessment?.steps ?? []).map((step) => ({
      ...step,
      functionaries: functionaries(step.step, layout, history),
    })),
    evidence: await evidenceStatus(repo, 'problem' in key ? undefined : key.fingerprint),
  };
}

function layoutStatus(
  head: string | undefined,
  owners: number,
  layout: TrustedLayout | undefined,
  now: number,
) {
  if (layout !== undefined) return { daysLeft: Math.floor((layout.layout.expires - now) / DAY_MS) };
  if (head === undefined) return { problem: 'no commit yet' };
  if (owners === 0) return { problem: "no owner is pinned: 'git mlchain trust FPR', or --first-use" };
  return { problem: "none in force at HEAD: 'git mlchain verify' says why" };
}

async function ownKey(repo: Repository, context: Context): Promise<SigningKey | { problem: string }> {
  try {
    return await findSigningKey(await signerRequest(repo, context, undefined));
  } catch (error) {
    if (error instanceof KeyError) return { problem: error.message };
    throw error;
  }
}

function stepsOf({ keyid }: SigningKey, layout: TrustedLayout | undefined): string[] {
  if (layout === undefined) return [];
  return layout.layout.steps
    .map(({ name }) => name)
    .filter((name) => isAuthorised(layout.layout, name, keyid));
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

async function evidenceStatus(repo: Repository, signer: string | undefined) {
  const remotes = await remoteEvidence(repo);
  return await Promise.all(
    remotes.map(async ({ remote, fetched }) => ({
      remote,
      fetched,
      undelivered: await undelivered(repo, remote, signer),
    })),
  );
}

async function undelivered(repo: Repository, remote: string, signer: string | undefined): Promise<number> {
  const own = signer && (await repo.tryResolve(localRef(signer)));
  if (signer === undefined || own === undefined || own === '') return 0;
  return countLines(await linesMissing(repo, own, await repo.tryResolve(trackingRef(remote, signer))));
}
