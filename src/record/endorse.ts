import { listCommit } from '../artifact/commit-tree.ts';
import type { Artifact } from '../artifact/kind.ts';
import { toDigestSet } from '../artifact/kind.ts';
import { MlchainError } from '../errors.ts';
import type { DigestSet } from '../intoto/digest.ts';
import { appendLines } from '../ledger/ledger.ts';
import type { Endorsement } from '../ledger/statement.ts';
import { endorsementToJson } from '../ledger/statement.ts';
import type { RecordingContext } from './context.ts';
import { timestamp } from './draft.ts';
import type { Occurrence } from './occurrence.ts';
import { occurrenceOf } from './occurrence.ts';
import { signedLine } from './sign.ts';

/**
 * What an owner would vouch for at a commit (`product.md` §6.5): the paths given, else all controlled paths that the
 * commit changed – which for the commit that introduces a layout are all there are: the baseline.
 * @param paths repository-relative
 * @throws MlchainError `input` where there is nothing to endorse
 */
export async function proposeEndorsement(
  context: RecordingContext,
  commit: string,
  paths: readonly string[],
  reason: string,
): Promise<Endorsement> {
  const occurrence = await occurrenceOf(context, commit);
  if (occurrence === undefined) {
    throw new MlchainError('input', `commit ${commit} has no layout: nothing is controlled there`);
  }
  const artifacts =
    paths.length === 0 ? changedArtifacts(occurrence) : await artifactsAt(context, occurrence, paths);
  if (artifacts.size === 0) {
    throw new MlchainError('input', `commit ${commit} changes no controlled path`, {
      hint: 'name the paths to endorse',
    });
  }
  return { commit, artifacts, reason, recorded: timestamp(context.now()) };
}

/** @throws KeyError; MlchainError `key` where the key is not an owner's: nobody else's word would count. */
export async function signEndorsement(
  context: RecordingContext,
  endorsement: Endorsement,
  owners: readonly string[],
): Promise<void> {
  const key = await context.signingKey();
  if (!owners.includes(key.fingerprint)) throw notAnOwner(key.fingerprint, owners);
  const line = await signedLine(endorsementToJson(endorsement), await context.signer());
  await appendLines(context.repo, key.fingerprint, new Map([[endorsement.commit, [line]]]));
}

function notAnOwner(fingerprint: string, owners: readonly string[]): MlchainError {
  return new MlchainError(
    'key',
    `expected the key of an owner (${owners.join(', ')}), found ${fingerprint}`,
    {
      hint: 'only what owners endorse counts; --key names another key',
    },
  );
}

function changedArtifacts({ changed }: Occurrence): Endorsement['artifacts'] {
  return new Map([...changed.values()].map(({ path, after }) => [path, digestsOf(after)]));
}

async function artifactsAt(
  { repo, digester }: RecordingContext,
  { commit, control, changed }: Occurrence,
  paths: readonly string[],
): Promise<Endorsement['artifacts']> {
  const wanted = new Set(paths);
  const there = await listCommit(repo, digester, commit.id, (path) => wanted.has(path), { prefixes: paths });
  return new Map(
    paths.map((path) => {
      if (!control.isControlled(path))
        throw new MlchainError('input', `no step of the layout controls '${path}'`);
      if (!there.has(path) && !changed.has(path)) {
        throw new MlchainError('input', `'${path}' is not in commit ${commit.id}, nor removed by it`);
      }
      return [path, digestsOf(there.get(path))];
    }),
  );
}

function digestsOf(artifact: Artifact | undefined): DigestSet | null {
  return artifact === undefined ? null : toDigestSet(artifact);
}
