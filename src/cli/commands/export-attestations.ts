import { MlchainError } from '../../errors.ts';
import { countingStatements } from '../../gather/compose-bundle.ts';
import { makeExportDirectory } from '../../gather/export-directory.ts';
import { releaseChain } from '../../gather/release-chain.ts';
import { readStatements } from '../../gather/statements.ts';
import { writeAttestations } from '../../gather/write-attestations.ts';
import { sha256Hex } from '../../intoto/digest.ts';
import { LAYOUT_PATH } from '../../layout/paths.ts';
import { findSigner } from '../../openpgp/signer.ts';
import type { Attestation } from '../../report/attestation/attestation.ts';
import { linkAttestations } from '../../report/attestation/link.ts';
import { summaryAttestation } from '../../report/attestation/summary.ts';
import { quotePath } from '../../report/escape.ts';
import { count } from '../../report/words.ts';
import { version } from '../../version.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { type ExportJudgment, inspectionsAsked, judgeForExport } from '../export-judgment.ts';
import { signerRequest } from '../signing.ts';

/** `export --attestations DIR [REV]`: what the links say and what the verdict is, signed by whoever exports. */
export async function exportAttestations(context: Context, args: Args, target: string): Promise<ExitCode> {
  const { voice } = context;
  const asked = { questions: ['history', 'release'], inspections: inspectionsAsked(args) } as const;
  const judged = await judgeForExport(context, args, asked);
  const { repo, assessment } = judged;
  if (assessment.verdict === 'incomplete') {
    throw new MlchainError('incomplete', 'the verdict is incomplete, so there is nothing to attest', {
      hint: 'git mlchain verify says what is missing',
    });
  }
  const signer = await findSigner(await signerRequest(repo, context, args.value('key')));
  const statements = await attestationsOf(judged, signer.fingerprint);
  const directory = await makeExportDirectory(repo, target);
  const files = await writeAttestations(directory, statements, signer);
  voice.document({ directory, files, verdict: assessment.verdict, signer: signer.fingerprint });
  voice.say(
    `${count(statements.length, 'attestation')} in ${count(files.length, 'file')}: ${quotePath(directory)}`,
  );
  if (assessment.verdict !== 'verified')
    voice.warn('this chain does not verify, and the summary says FAILED');
  return 0;
}

async function attestationsOf(judged: ExportJudgment, verifier: string): Promise<readonly Attestation[]> {
  const { repo, history, revision, trust, assessment, now } = judged;
  const chain = releaseChain(history, revision);
  const court = { layout: chain.layout.layout, keys: history.keys, trust, now };
  const statements = countingStatements(await readStatements(repo, revision), history, court);
  const lines = [...chain.links, ...history.index.all()].map(({ entry }) => entry.id);
  const layout = await repo.objects.read(`${revision}:${LAYOUT_PATH}`);
  const summary = summaryAttestation({
    report: assessment,
    commit: revision,
    layout: chain.layout.layout,
    policy: { blob: chain.layout.blob, sha256: sha256Hex(layout?.data ?? '') },
    linkOf: (step) => chain.judgment.effective.get(step)?.link.link,
    inputs: [...new Set([...lines, ...statements.map(({ id }) => id)])],
    verifier,
    version,
    now,
  });
  return [...chain.links.flatMap(linkAttestations), summary];
}
