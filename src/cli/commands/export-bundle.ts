import { MlchainError } from '../../errors.ts';
import { composeBundle } from '../../gather/compose-bundle.ts';
import { verifyBundle } from '../../gather/verify-bundle.ts';
import { writeWhole } from '../../hooks/file.ts';
import { timestamp } from '../../intoto/timestamp.ts';
import { writeBundle } from '../../ledger/bundle.ts';
import { quotePath } from '../../report/escape.ts';
import { findingText } from '../../report/finding-text.ts';
import { count, shortId } from '../../report/words.ts';
import type { VerdictReport } from '../../verify/verdict.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { type ExportJudgment, inspectionsAsked, judgeForExport } from '../export-judgment.ts';

/**
 * `export --bundle FILE [REV]`: the chain of a release in one file. Only what verifies here is bundled, and the bundle
 * is then verified as its reader will, who has nothing else: a key that has expired since is no news to be left to them.
 */
export async function exportBundle(context: Context, args: Args, file: string): Promise<ExitCode> {
  const { voice } = context;
  const asked = { questions: ['release'], inspections: inspectionsAsked(args) } as const;
  const judged = await judgeForExport(context, args, asked);
  refuse(judged.assessment, 'this chain does not verify, so no bundle of it is written');
  const { text, parts } = await bundleOf(judged);
  refuse(
    await verifyBundle(Buffer.from(text), { trust: judged.trust, delivered: [], now: judged.now }),
    'whoever checks this bundle without the repository would refuse it',
  );
  await writeWhole(file, text, 0o644);
  const { header, evidence, certificates } = parts;
  voice.document({ file, ...header, lines: evidence.length, certificates: certificates.length });
  voice.say(
    `the chain of ${shortId(header.commit)}, with ${count(evidence.length, 'line')} of evidence: ${quotePath(file)}`,
  );
  const owners = judged.trust.owners.map((owner) => `--owner ${owner}`).join(' ');
  voice.say(`\nTo verify it without the repository:\n  git mlchain verify --bundle FILE ARTIFACT ${owners}`);
  return 0;
}

async function bundleOf({ repo, history, revision, now }: ExportJudgment) {
  const header = { commit: revision, created: timestamp(now * 1000) };
  const parts = await composeBundle(repo, { history, header, now });
  return { parts, text: writeBundle(parts) };
}

function refuse({ verdict, findings }: VerdictReport, message: string): void {
  if (verdict === 'verified') return;
  const worst = findings.find(({ severity }) => severity !== 'warning');
  throw new MlchainError(
    'failed',
    worst === undefined ? message : `${message}: ${findingText(worst).message}`,
    {
      hint: 'git mlchain verify tells all that is wrong',
    },
  );
}
