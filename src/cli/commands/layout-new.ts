import { randomBytes } from 'node:crypto';
import { MlchainError } from '../../errors.ts';
import { layoutAt } from '../../gather/layout-at.ts';
import type { Repository } from '../../git/repository.ts';
import type { Layout } from '../../intoto/layout.ts';
import { layoutFromJson } from '../../intoto/layout.ts';
import { draftLayout } from '../../layout/draft.ts';
import { parseExpiry } from '../../layout/expiry.ts';
import { explainLayout } from '../../layout/explain.ts';
import { expiryWords } from '../../layout/explain-text.ts';
import { holdersOf } from '../../layout/holders.ts';
import { layoutId } from '../../layout/identity.ts';
import { certificatePath, LAYOUT_PATH } from '../../layout/paths.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import { saveKeyFile } from '../certificate-files.ts';
import { readConfig } from '../config.ts';
import { CONFIG_FILE } from '../config-schema.ts';
import type { Context } from '../context.ts';
import { readDvcPipeline } from '../dvc-pipeline.ts';
import type { ExitCode } from '../exit.ts';
import { interoperabilityNotes, readFunctionaries, readThresholds } from '../functionaries.ts';
import { readLayoutEnvelope, requireWorkTree, writeLayout } from '../layout-file.ts';
import { lintHere, problemText, refuseErrors } from '../layout-lint.ts';

/** `layout new`: a full layout from `.mlchainrc`, or from `dvc.yaml`, ready to be signed. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const config = args.has('from-dvc')
    ? { steps: await readDvcPipeline(workTree), inspections: new Map() }
    : await requireConfig(workTree);
  const id = await identityFor(repo, workTree, args.has('force'));
  const people = await readFunctionaries(repo, context, args, [...config.steps.keys()]);
  const signed = draftLayout({
    config,
    id,
    functionaries: people.byStep,
    thresholds: readThresholds(args),
    expires: parseExpiry(args.value('expires') ?? '1y', context.now()),
  });
  const layout = layoutFromJson(signed);
  const holders = holdersOf(people.certificates);
  const problems = await lintHere(repo, workTree, layout, holders, context.now());
  refuseErrors(problems);
  for (const certificate of people.certificates) await saveKeyFile(workTree, certificate);
  await writeLayout(workTree, { signed, signatures: [] });

  const explanation = explainLayout(layout, holders, context.now());
  const certificates = people.certificates.map(({ fingerprint }) => certificatePath(fingerprint));
  // Before the first run there is little to match yet.
  const doubts = problems.filter(({ code }) => code !== 'matches-nothing').map(problemText);
  const notes = [...doubts, ...interoperabilityNotes(people.certificates)];
  voice.document({ layout: LAYOUT_PATH, certificates, notes, ...explanation });
  for (const note of notes) voice.warn(note);
  voice.say(`wrote ${LAYOUT_PATH}: ${sizeWords(layout)}, ${expiryWords(explanation)}`);
  voice.say("read it with 'git mlchain layout show', then sign it with 'git mlchain layout sign'");
  return 0;
}

async function requireConfig(workTree: string) {
  const config = await readConfig(workTree);
  if (config !== undefined && config.steps.size > 0) return config;
  const found = config === undefined ? `there is no ${CONFIG_FILE}` : `${CONFIG_FILE} names no steps`;
  throw new MlchainError('config', `${found} to draft a layout from`, {
    hint:
      config === undefined ? "'git mlchain init' writes an example to start from" : 'name at least one step',
  });
}

/** An identity never changes (`product.md` §3), so a layout that takes the place of another one keeps it. */
async function identityFor(repo: Repository, workTree: string, force: boolean): Promise<string> {
  const present = await readLayoutEnvelope(workTree);
  if (present !== undefined && !force) {
    throw new MlchainError('input', `there is a layout already: ${LAYOUT_PATH}`, {
      hint: "'git mlchain layout set' changes it; 'layout new --force' drafts it anew and keeps its identity",
    });
  }
  const head = await repo.head();
  const committed = head === undefined ? undefined : await layoutAt(repo, head);
  const here = present && layoutId(layoutFromJson(present.signed).readme);
  const known = here ?? (committed && layoutId(committed.layout.readme)) ?? (await repo.config('mlchain.id'));
  return known ?? randomBytes(16).toString('hex');
}

function sizeWords({ steps, inspections }: Layout): string {
  const all = [count(steps.length, 'step')];
  if (inspections.length > 0) all.push(count(inspections.length, 'inspection'));
  return all.join(', ');
}
