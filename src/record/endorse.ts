import { listCommit } from '../artifact/commit-tree.ts';
import type { Artifact } from '../artifact/kind.ts';
import { toEndorsedSet } from '../artifact/kind.ts';
import { MlchainError } from '../errors.ts';
import { canonicalize } from '../intoto/canonical.ts';
import type { DigestSet } from '../intoto/digest.ts';
import { sameDigests } from '../intoto/digest.ts';
import type { JsonObject } from '../intoto/json.ts';
import type { Entry } from '../ledger/entry.ts';
import { appendLines, Ledger } from '../ledger/ledger.ts';
import type { Endorsement } from '../ledger/statement.ts';
import { endorsementToJson } from '../ledger/statement.ts';
import type { RecordingContext } from './context.ts';
import { timestamp } from './draft.ts';
import type { Occurrence } from './occurrence.ts';
import { occurrenceOf } from './occurrence.ts';
import { signedLine } from './sign.ts';

/** An endorsement to be shown, and signed. */
export interface EndorsementProposal {
  readonly endorsement: Endorsement;
  /** What an owner signed already, to be signed as it is: a threshold counts signatures over the very same words. */
  readonly existing: JsonObject | undefined;
  /** Who signed it. */
  readonly signers: ReadonlySet<string>;
}

export interface EndorsementWords {
  readonly reason: string;
  /**
   * The judge's word on whether the owner in whose notes a line lies has signed it: anybody could put one there that
   * keeps the owner from signing, or makes them sign a reason that is not theirs.
   */
  readonly isOwnersWord: (entry: Entry) => boolean;
}

/**
 * What an owner would vouch for at a commit (`product.md` §6.5): the paths given, else all controlled paths that the
 * commit changed – which for the commit that introduces a layout are all there are: the baseline. Where somebody has
 * endorsed the same already, their words are taken.
 * @param paths repository-relative
 * @throws MlchainError `input` where there is nothing to endorse
 */
export async function proposeEndorsement(
  context: RecordingContext,
  commit: string,
  paths: readonly string[],
  { reason, isOwnersWord }: EndorsementWords,
): Promise<EndorsementProposal> {
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
  const endorsement = { commit, artifacts, reason, recorded: timestamp(context.now()) };
  return (
    (await endorsedAlike(context, endorsement, isOwnersWord)) ?? {
      endorsement,
      existing: undefined,
      signers: new Set(),
    }
  );
}

async function endorsedAlike(
  { repo }: RecordingContext,
  { commit, artifacts }: Endorsement,
  isOwnersWord: EndorsementWords['isOwnersWord'],
): Promise<EndorsementProposal | undefined> {
  const ledger = await Ledger.read(repo, { commits: new Set([commit]) });
  const alike = ledger
    .entriesFor(commit)
    .filter(isOwnersWord)
    .flatMap(({ signer, content, envelope }) =>
      content.kind === 'endorsement' &&
      content.endorsement.commit === commit &&
      saysTheSame(content.endorsement.artifacts, artifacts)
        ? [{ signer, endorsement: content.endorsement, signed: envelope.signed }]
        : [],
    );
  const [first] = alike;
  if (first === undefined) return undefined;
  const words = canonicalize(first.signed);
  const signers = alike
    .filter(({ signed }) => canonicalize(signed).equals(words))
    .map(({ signer }) => signer);
  return { endorsement: first.endorsement, existing: first.signed, signers: new Set(signers) };
}

function saysTheSame(one: Endorsement['artifacts'], other: Endorsement['artifacts']): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([path, digests]) => {
    const others = other.get(path);
    if (others === undefined || others === null || digests === null) return others === digests;
    return sameDigests(digests, others);
  });
}

/**
 * Returns the fingerprint of who signed. Signing the same again adds nothing.
 * @throws KeyError; MlchainError `key` where the key is not an owner's: nobody else's word would count.
 */
export async function signEndorsement(
  context: RecordingContext,
  { endorsement, existing, signers }: EndorsementProposal,
  owners: readonly string[],
): Promise<string> {
  const { fingerprint } = await context.signingKey();
  if (!owners.includes(fingerprint)) throw notAnOwner(fingerprint, owners);
  if (signers.has(fingerprint)) return fingerprint;
  const line = await signedLine(existing ?? endorsementToJson(endorsement), await context.signer());
  await appendLines(context.repo, fingerprint, new Map([[endorsement.commit, [line]]]));
  return fingerprint;
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
  return artifact === undefined ? null : toEndorsedSet(artifact);
}
