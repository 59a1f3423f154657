import { MlchainError } from '../../errors.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Repository } from '../../git/repository.ts';
import { parseExpiry } from '../../layout/expiry.ts';
import { ownersToJson } from '../../layout/owners.ts';
import { nextOwners, type OwnersBefore } from '../../layout/owners-change.ts';
import type { Certificate } from '../../openpgp/certificate.ts';
import type { Args } from '../args.ts';
import { findCertificate, readKeyFiles, saveKeyFile } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { expectFingerprint } from '../fingerprint.ts';
import { requireWorkTree } from '../layout-file.ts';
import { readOwnersState } from '../owners-state.ts';
import { ownersPath, readOwnersVersions, writeOwnersVersion } from '../owners-version.ts';

/** `owners set`: drafts the next version of the owners; the first one starts from those that are pinned. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const before = await ownersBefore(repo, context, workTree);
  const added = await Promise.all(args.values('add').map((each) => findCertificate(repo, context, each)));
  const owners = nextOwners(before, {
    added: byFingerprint(added),
    removed: args.values('remove').map((each) => expectFingerprint(each)),
    threshold: readThreshold(args.value('threshold')),
    expires: parseExpiry(args.value('expires') ?? '1y', context.now()),
  });
  for (const certificate of added) await saveKeyFile(workTree, certificate);
  await writeOwnersVersion(workTree, owners.version, { signed: ownersToJson(owners), signatures: [] });
  const path = ownersPath(owners.version);
  const { version, threshold } = owners;
  voice.document({ path, version, threshold, fingerprints: [...owners.keys.keys()] });
  voice.say(`drafted ${path}: ${threshold} of ${[...owners.keys.keys()].join(', ')}`);
  voice.say("each owner, of before and of now, signs it: 'git mlchain owners sign'");
  return 0;
}

/** A version that has not been signed by all who have to is drafted anew, from what it was to follow. */
async function ownersBefore(repo: Repository, context: Context, workTree: string): Promise<OwnersBefore> {
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const { missing } = await readOwnersState(workTree, await readKeyFiles(workTree, context), trust);
  const before = (await readOwnersVersions(workTree)).at(missing.length > 0 ? -2 : -1);
  if (before !== undefined) {
    const { version, content, owners } = before;
    return { version, content, threshold: owners.threshold, keys: owners.keys };
  }
  const { owners, threshold } = trust;
  const certificates = await Promise.all(owners.map((each) => findCertificate(repo, context, each)));
  for (const certificate of certificates) await saveKeyFile(workTree, certificate);
  return { version: 0, content: null, threshold, keys: byFingerprint(certificates) };
}

function byFingerprint(certificates: readonly Certificate[]) {
  return new Map(certificates.map(({ fingerprint, publicKey }) => [fingerprint, publicKey]));
}

function readThreshold(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,3}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new MlchainError('usage', `--threshold: expected a number from 1 up, found '${text}'`);
}
