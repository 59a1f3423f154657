import { assessHistory } from '../../gather/assess.ts';
import { type ImportedLine, type ImportPlan, linesBySigner, planImport } from '../../gather/import-plan.ts';
import { type ImportSource, readImportSource } from '../../gather/import-source.ts';
import { Keyring } from '../../gather/keyring.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Repository } from '../../git/repository.ts';
import { appendLines } from '../../ledger/ledger.ts';
import { escapeText } from '../../report/escape.ts';
import { importUseWords } from '../../report/import-text.ts';
import { shortId, signerWords } from '../../report/words.ts';
import type { Trust } from '../../verify/facts.ts';
import type { HistoryJudgment } from '../../verify/history.ts';
import { importUse } from '../../verify/import-use.ts';
import { KeyBook } from '../../verify/key-book.ts';
import type { Args } from '../args.ts';
import { readKeyFiles } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `import DIR|FILE [--at COMMIT]`: evidence from elsewhere goes into the notes of whoever signed it. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const source = await readImportSource(args.positionals[0] ?? '');
  const repo = await context.openRepository();
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const at = await placeOf(repo, args, source);
  const before = await judged(repo, context, trust, at);
  const keyring = await keyringOf(repo, context, source, before, at);
  const idLength = repo.objectFormat === 'sha256' ? 64 : 40;
  const plan = planImport(source.foreign, { keyring, at, idLength });
  for (const [signer, lines] of linesBySigner(plan)) await appendLines(repo, signer, lines);
  tell(context, plan, await judged(repo, context, trust, at), at);
  for (const { name, problem } of plan.refused) {
    voice.error(`${escapeText(name)} is not imported: ${escapeText(problem)}`);
  }
  return plan.refused.length === 0 ? 0 : 1;
}

/** `--at`, else the commit that the bundle is about, where it is here, else HEAD. */
async function placeOf(repo: Repository, args: Args, { commit }: ImportSource): Promise<string> {
  const there = commit === undefined ? undefined : await repo.tryResolve(commit);
  return (await readRevisions(repo, args.value('at') ?? there ?? 'HEAD')).revision;
}

async function judged(
  repo: Repository,
  { now }: Context,
  trust: Trust,
  at: string,
): Promise<HistoryJudgment> {
  return await assessHistory(repo, {
    tips: [at],
    trust,
    now: Math.floor(now() / 1000),
    cache: 'digests',
  });
}

/** Certificates of this history, of the work tree, of the bundle; then the keys in the layout that is in force. */
async function keyringOf(
  repo: Repository,
  context: Context,
  { certificates }: ImportSource,
  { keys, commits }: HistoryJudgment,
  at: string,
): Promise<Keyring> {
  const files = repo.workTree === undefined ? [] : await readKeyFiles(repo.workTree, context);
  const books = [keys, new KeyBook(files), new KeyBook(certificates)];
  return new Keyring(books, commits.get(at)?.inForce.own?.layout);
}

function tell(
  { voice }: Context,
  { lines, refused }: ImportPlan,
  history: HistoryJudgment,
  at: string,
): void {
  const told = lines.map((line) => {
    const { isBound, step } = line;
    return {
      line,
      use: isBound || step === undefined ? undefined : importUse({ ...line, step }, history, at),
    };
  });
  voice.document({
    imported: told.map(({ line: { name, kind, step, signer, commit }, use }) => {
      return { name, kind, step: step ?? null, signer, commit, use: use?.kind ?? null };
    }),
    refused,
  });
  for (const { line, use } of told)
    voice.say(`${lineWords(line)}${use === undefined ? '' : `: ${importUseWords(use)}`}`);
}

function lineWords({ kind, step, signer, commit }: ImportedLine): string {
  const what = step === undefined ? kind : `${escapeText(step)}: the link`;
  return `${what} of ${signerWords(signer)}, noted on ${shortId(commit)}`;
}
