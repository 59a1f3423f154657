import type { Link } from '../intoto/link.ts';
import type { Binding } from '../ledger/binding.ts';
import type { Entry } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.ts';
import { KeyError } from '../openpgp/key-error.ts';
import type { SigningKey } from '../openpgp/signer.ts';
import type { RecordingContext } from './context.ts';
import type { LinkDraft } from './draft.ts';
import { Journal } from './journal.ts';
import type { Occurrence } from './occurrence.ts';
import { signaturesBy } from './own-signature.ts';
import type { Prior } from './plan.ts';
import { planSteps } from './record-commit.ts';
import { neededSteps } from './steps.ts';

/**
 * What this person signed for a commit, by step, and what they were still to sign for it. The signatures are checked:
 * a line that somebody else put into this person's notes on a remote must not make them sign it anew.
 * @param copies what the commit has been rewritten to
 */
export async function priorsOf(
  context: RecordingContext,
  occurrence: Occurrence,
  copies: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Prior>> {
  const drafts = [
    ...(await queuedDrafts(context, occurrence, copies)),
    ...(await signedDrafts(context, occurrence)),
  ];
  return new Map(drafts.map((draft) => [draft.step, { draft, occurrence }]));
}

async function signedDrafts(
  context: RecordingContext,
  { commit }: Occurrence,
): Promise<readonly LinkDraft[]> {
  const key = await ownKey(context);
  if (key === undefined) return [];
  const ledger = await Ledger.read(context.repo, { commits: new Set([commit.id]) });
  const links = ledger.entriesFor(commit.id).flatMap((entry) => ownLink(entry, key) ?? []);
  return links.toSorted((a, b) => (a.recorded < b.recorded ? -1 : 1)).map(({ draft }) => draft);
}

/** Without a key nobody here has signed anything. */
async function ownKey(context: RecordingContext): Promise<SigningKey | undefined> {
  try {
    return await context.signingKey();
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}

interface OwnLink {
  readonly draft: LinkDraft;
  readonly recorded: string;
}

function ownLink({ signer, object, content, envelope }: Entry, key: SigningKey): OwnLink | undefined {
  if (content.kind !== 'link' || content.binding?.commit !== object) return undefined;
  if (signer !== key.fingerprint) return undefined;
  return signaturesBy(key.certificate, envelope).length > 0
    ? { draft: draftOf(content.link, content.binding), recorded: content.binding.recorded }
    : undefined;
}

function draftOf({ name, command, materials, products, byproducts }: Link, binding: Binding): LinkDraft {
  return { step: name, command, materials, products, byproducts, binding };
}

/** A commit that was rewritten before its link could be signed: what would have been signed. */
async function queuedDrafts(
  context: RecordingContext,
  occurrence: Occurrence,
  copies: ReadonlySet<string>,
): Promise<readonly LinkDraft[]> {
  const { queue } = await new Journal(context.repo).read();
  const named = queue.get(occurrence.commit.id);
  if (named === undefined) return [];
  const plans = await planSteps(context, occurrence, {
    needed: neededSteps(occurrence, named),
    pendingIn: 'set apart',
    priors: new Map(),
    automatic: true,
    copies,
  });
  return plans.flatMap((plan) => (plan.kind === 'draft' ? [plan.draft] : []));
}
