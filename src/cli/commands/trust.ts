import { MlchainError } from '../../errors.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Repository } from '../../git/repository.ts';
import { holderText } from '../../layout/explain-text.ts';
import type { Holder } from '../../layout/holders.ts';
import { holderOf, holdersOf } from '../../layout/holders.ts';
import { LAYOUT_PATH } from '../../layout/paths.ts';
import { escapeText } from '../../report/escape.ts';
import type { Args } from '../args.ts';
import type { ClaimedLayout } from '../claimed-layout.ts';
import { readClaimedLayout, readClaimIfWhole } from '../claimed-layout.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { expectFingerprint } from '../fingerprint.ts';
import { pinIdentity, pinOwners, unpinOwner } from '../pinning.ts';

/** `trust FPR… | --first-use | --list | --remove FPR`: the owners that this clone trusts. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const repo = await context.openRepository();
  const asked = [args.positionals.length > 0, args.has('first-use'), args.has('list'), args.has('remove')];
  if (asked.filter(Boolean).length !== 1) {
    throw new MlchainError('usage', 'expected fingerprints, --first-use, --list or --remove', {
      hint: "an owner's fingerprint is what 'git mlchain key list' shows them; ask over another channel",
    });
  }
  if (args.has('list')) return await list(repo, context);
  if (args.has('remove')) return await remove(repo, context, args.values('remove').map(expectFingerprint));
  if (args.has('first-use')) return await firstUse(repo, context, args.has('yes'));
  const fingerprints = args.positionals.map(expectFingerprint);
  return await pin(repo, context, await claimIfWhole(repo, context), fingerprints);
}

/** Names and the identity come from it; whom to trust does not, so a malformed layout is no obstacle. */
async function claimIfWhole(repo: Repository, context: Context): Promise<ClaimedLayout | undefined> {
  const claimed = await readClaimIfWhole(repo, context);
  return claimed === 'malformed' ? undefined : claimed;
}

async function pin(
  repo: Repository,
  context: Context,
  claimed: ClaimedLayout | undefined,
  fingerprints: readonly string[],
): Promise<ExitCode> {
  // The identity first: a clone that follows another repository must not end up half pinned.
  if (claimed?.signers.some(({ fingerprint }) => fingerprints.includes(fingerprint))) {
    await pinIdentity(repo, claimed.layout);
  }
  const added = await pinOwners(repo, fingerprints);
  const known = fingerprints.filter((fingerprint) => !added.includes(fingerprint));
  const holders = holdersOf(claimed?.certificates ?? []);
  const named = (fingerprint: string) => escapeText(holderText(holderOf(fingerprint.toLowerCase(), holders)));
  for (const fingerprint of added) context.voice.say(`trusting ${named(fingerprint)}`);
  for (const fingerprint of known) context.voice.say(`already trusted: ${named(fingerprint)}`);
  return await document(repo, context, claimed);
}

async function firstUse(repo: Repository, context: Context, yes: boolean): Promise<ExitCode> {
  const { voice } = context;
  await requireFirst(repo);
  const claimed = await readClaimedLayout(repo, context);
  if (claimed === undefined) {
    throw new MlchainError('failed', 'this repository has no layout, so it claims no owners', {
      hint: 'name them outright: git mlchain trust FPR…',
    });
  }
  const { signers, unproven } = claimed;
  for (const keyid of unproven)
    voice.warn(`a signature by ${keyid} cannot be shown to be good: it is left out`);
  if (signers.length === 0)
    throw new MlchainError('failed', `nobody has signed ${LAYOUT_PATH} so that it can be checked`);
  voice.note(`${LAYOUT_PATH} is signed by`);
  for (const signer of signers) voice.note(`  ${escapeText(holderText(signer))}`);
  voice.note(
    'Anybody could have signed it: compare each fingerprint with its owner over another channel, by voice say.',
  );
  if (!(await voice.confirm('trust them from now on?', yes))) {
    voice.note('nobody is trusted');
    return 1;
  }
  return await pin(
    repo,
    context,
    claimed,
    signers.map(({ fingerprint }) => fingerprint),
  );
}

async function requireFirst(repo: Repository): Promise<void> {
  const pinned = (await repo.configAll('mlchain.owner')).length;
  if (pinned === 0) return;
  throw new MlchainError('failed', 'this is not the first use: this clone trusts owners already', {
    hint: "'git mlchain trust --list' shows them; 'git mlchain trust FPR' adds one",
  });
}

async function remove(
  repo: Repository,
  context: Context,
  fingerprints: readonly string[],
): Promise<ExitCode> {
  const { voice } = context;
  for (const fingerprint of fingerprints) {
    await unpinOwner(repo, fingerprint);
    voice.say(`no longer trusting ${fingerprint}`);
  }
  const { owners, threshold } = await pinned(repo);
  if (owners.length < threshold) {
    voice.warn(
      `${owners.length} trusted owners are left, and mlchain.ownerThreshold asks for ${threshold}: nothing can be verified`,
    );
  }
  return await document(repo, context, await claimIfWhole(repo, context));
}

async function list(repo: Repository, context: Context): Promise<ExitCode> {
  const { voice } = context;
  const claimed = await claimIfWhole(repo, context);
  const { owners, threshold, id } = await pinned(repo);
  for (const owner of describe(owners, claimed)) voice.say(escapeText(holderText(owner)));
  if (owners.length === 0)
    voice.say("nobody is trusted here: 'git mlchain trust FPR' or 'git mlchain trust --first-use'");
  if (threshold > 1) voice.say(`${threshold} of them have to sign (mlchain.ownerThreshold)`);
  if (id !== undefined) voice.say(`repository ${escapeText(id)} (mlchain.id)`);
  return await document(repo, context, claimed);
}

async function document(
  repo: Repository,
  { voice }: Context,
  claimed: ClaimedLayout | undefined,
): Promise<ExitCode> {
  const { owners, threshold, id } = await pinned(repo);
  voice.document({ owners: describe(owners, claimed), threshold, id: id ?? null });
  return 0;
}

/** What git config says; not what `MLCHAIN_OWNER` says for one call. */
async function pinned(repo: Repository) {
  return await readTrust(repo, { owners: [], strict: false, env: {} });
}

/** A name is only what a certificate in the repository claims; the fingerprint is what is trusted. */
function describe(owners: readonly string[], claimed: ClaimedLayout | undefined): readonly Holder[] {
  const holders = holdersOf(claimed?.certificates ?? []);
  return owners.map((fingerprint) => holderOf(fingerprint.toLowerCase(), holders));
}
