import * as path from 'node:path';
import { MlchainError } from '../../errors.ts';
import { keysAt } from '../../gather/other-layouts.ts';
import { ownersAt } from '../../gather/owners-files.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Repository } from '../../git/repository.ts';
import type { Entry } from '../../ledger/entry.ts';
import { proposeEndorsement, signEndorsement } from '../../record/endorse.ts';
import { escapeText, quotePath } from '../../report/escape.ts';
import { count, shortDigest, shortId } from '../../report/words.ts';
import { ownersOf } from '../../verify/layout-trust.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { recordingContext } from '../recording.ts';

/** `endorse COMMIT [PATH…] --reason TEXT`: an owner's word for what a commit holds (`product.md` §6.5). */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const [revision = 'HEAD', ...paths] = args.positionals;
  const reason = args.value('reason') ?? missingReason();
  const pinned = await readTrust(repo, { owners: [], strict: false, env: context.env });
  if (pinned.owners.length === 0) throw nothingPinned();
  const recording = recordingContext(context, repo, { key: args.value('key'), mayPrompt: true });
  const commit = await repo.resolveCommit(revision);
  const named = paths.map((each) => fromTop(repo, context.cwd, each));
  const keys = await keysAt(repo, commit);
  const now = Math.floor(context.now() / 1000);
  const trust = await ownersAt(repo, commit, { keys, trust: pinned, now });
  const isOwnersWord = ({ signer, envelope }: Entry) => ownersOf(envelope, keys, trust, now).good.has(signer);
  const proposal = await proposeEndorsement(recording, commit, named, { reason, isOwnersWord });
  const { endorsement, existing } = proposal;

  voice.say(
    `at ${shortId(commit)}${existing === undefined ? '' : `, as another owner has signed: ${escapeText(endorsement.reason)}`}`,
  );
  for (const [name, digests] of endorsement.artifacts) {
    const [digest] = digests ?? [];
    voice.say(
      `  ${digest === undefined ? 'rightly gone' : shortDigest(digest.join(':'))}  ${quotePath(name)}`,
    );
  }
  const question = `endorse ${count(endorsement.artifacts.size, 'path')} as an owner?`;
  if (!(await voice.confirm(question, args.has('yes')))) return 1;
  const key = await signEndorsement(recording, proposal, trust.owners);
  voice.document({ commit, paths: [...endorsement.artifacts.keys()], signer: key });
  voice.say(`endorsed${trust.threshold > 1 ? `; ${trust.threshold} owners have to sign the same` : ''}`);
  return 0;
}

/** A path as typed, from the top of the repository; in a bare one there is nothing else it could be. */
function fromTop({ workTree }: Repository, cwd: string, typed: string): string {
  if (workTree === undefined) return typed;
  const relative = path.relative(workTree, path.resolve(cwd, typed)).replaceAll(path.sep, '/');
  if (relative !== '' && relative !== '..' && !relative.startsWith('../')) return relative;
  throw new MlchainError('input', `'${typed}' is outside the repository`);
}

function missingReason(): never {
  throw new MlchainError('usage', 'an endorsement needs a reason, which is signed with it', {
    hint: "--reason 'baseline, reviewed by hand'",
  });
}

function nothingPinned(): MlchainError {
  return new MlchainError('incomplete', 'no owner is pinned, so nobody can tell whose endorsement counts', {
    hint: "compare fingerprints, then 'git mlchain trust FINGERPRINT'",
  });
}
