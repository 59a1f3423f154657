import { MlchainError } from '../../errors.ts';
import { readTrust } from '../../gather/trust.ts';
import { holdersOf } from '../../layout/holders.ts';
import { withSignature } from '../../layout/sign.ts';
import { findSigner } from '../../openpgp/signer.ts';
import type { Args } from '../args.ts';
import { readKeyFiles, saveKeyFile } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { requireWorkTree } from '../layout-file.ts';
import { judgeWith } from '../layout-signing.ts';
import { ownersLines, readOwnersState } from '../owners-state.ts';
import { ownersPath, readOwnersVersions, writeOwnersVersion } from '../owners-version.ts';
import { signerRequest } from '../signing.ts';

/** `owners sign`: one owner's signature under the newest version, of the owners before and of those now. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const newest = (await readOwnersVersions(workTree)).at(-1);
  if (newest === undefined) {
    throw new MlchainError('input', 'there is no version of the owners to sign', {
      hint: "'git mlchain owners set' drafts one",
    });
  }
  const kept = await readKeyFiles(workTree, context);
  const signer = await findSigner(await signerRequest(repo, context, args.value('key')));
  const certificates = [...kept, signer.certificate];
  const { envelope, version } = newest;
  const signed = withSignature(
    envelope,
    await signer.sign(envelope.signedBytes),
    signer.fingerprint,
    holdersOf(certificates),
    judgeWith(certificates, envelope),
  );
  await saveKeyFile(workTree, signer.certificate);
  await writeOwnersVersion(workTree, version, signed);
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const state = await readOwnersState(workTree, certificates, trust);
  voice.document({ path: ownersPath(version), ...state });
  for (const line of ownersLines(state, holdersOf(certificates))) voice.say(line);
  if (state.missing.length === 0) {
    voice.say("now the layout, by the new owners: 'git mlchain layout sign'; then commit both together");
  }
  return 0;
}
