import type { Repository } from '../../git/repository.ts';
import type { Layout } from '../../intoto/layout.ts';
import { holdersOf } from '../../layout/holders.ts';
import { certificatePath, LAYOUT_PATH } from '../../layout/paths.ts';
import type { SigningState } from '../../layout/sign.ts';
import { withSignature } from '../../layout/sign.ts';
import { findSigner } from '../../openpgp/signer.ts';
import type { Args } from '../args.ts';
import { readKeyFiles, saveKeyFile } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { waitForLaterSecond } from '../layout-clock.ts';
import { requireLayout, requireWorkTree, writeLayout } from '../layout-file.ts';
import { lintHere, refuseErrors } from '../layout-lint.ts';
import { hasOwners, judgeWith, readSigningState, signingDocument, signingLines } from '../layout-signing.ts';
import { pinIdentity } from '../pinning.ts';
import { signerRequest } from '../signing.ts';

/** `layout sign`: one owner's signature; several owners sign in turn. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const { envelope, layout } = await requireLayout(workTree);
  const kept = await readKeyFiles(workTree, context);
  refuseErrors(await lintHere(repo, workTree, layout, holdersOf(kept), context.now()));
  const signer = await findSigner(await signerRequest(repo, context, args.value('key')));
  const certificates = [...kept, signer.certificate];
  const holders = holdersOf(certificates);
  await waitForLaterSecond(repo, certificates);
  const signature = await signer.sign(envelope.signedBytes);
  const judge = judgeWith(certificates, envelope);
  const signed = withSignature(envelope, signature, signer.fingerprint, holders, judge);
  await saveKeyFile(workTree, signer.certificate);
  await writeLayout(workTree, signed);

  const state = await readSigningState(repo, context, signed, certificates);
  await pinWhenOwner(repo, layout, state, signer.fingerprint);
  voice.document({
    layout: LAYOUT_PATH,
    signer: { fingerprint: signer.fingerprint, name: signer.name },
    certificate: certificatePath(signer.fingerprint),
    signing: signingDocument(state),
  });
  for (const line of signingLines(state, holders)) voice.say(line);
  voice.say(nextWords(state, signer.fingerprint));
  return 0;
}

/** The owner's own clone knows the repository by the layout that the owner has just signed. */
async function pinWhenOwner(
  repo: Repository,
  layout: Layout,
  state: SigningState,
  signer: string,
): Promise<void> {
  if (state.signed.some(({ fingerprint }) => fingerprint === signer)) await pinIdentity(repo, layout);
}

function nextWords(state: SigningState, signer: string): string {
  const pins = `'git mlchain trust ${signer}' pins it`;
  if (!hasOwners(state)) return `if this is an owner's key, ${pins}`;
  const isStranger = state.others.some(({ fingerprint }) => fingerprint === signer);
  if (isStranger) return `this clone does not count that key among the owners; if it should, ${pins}`;
  return state.isComplete
    ? "it is in force once it is committed: 'git add .mlchain && git commit'"
    : "the others sign it in turn: 'git mlchain layout sign'";
}
