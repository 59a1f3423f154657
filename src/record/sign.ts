import { readNote } from '../git/notes.ts';
import type { Repository } from '../git/repository.ts';
import { canonicalize } from '../intoto/canonical.ts';
import { differingArtifact } from '../intoto/digest.ts';
import { writeEnvelope } from '../intoto/envelope.ts';
import type { JsonObject } from '../intoto/json.ts';
import type { Layout } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import type { Binding } from '../ledger/binding.ts';
import { parseNote } from '../ledger/entry.ts';
import { appendLines } from '../ledger/ledger.ts';
import { localRef } from '../ledger/refs.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import type { Signer, SigningKey } from '../openpgp/signer.ts';
import type { RecordingContext } from './context.ts';
import type { LinkDraft } from './draft.ts';
import { linkJson } from './draft.ts';
import type { Outcome } from './outcome.ts';
import { signaturesBy } from './own-signature.ts';

const DAY = 24 * 60 * 60;

/**
 * Signs the links that the person may sign and writes them, all in one change of their ref. What they have signed
 * before in the same words is not signed again. The key is opened only where there is something to sign.
 * @param drafts of commits that have this layout
 * @throws KeyError, before anything is written
 */
export async function signLinks(
  context: RecordingContext,
  layout: Layout,
  drafts: readonly LinkDraft[],
): Promise<readonly Outcome[]> {
  if (drafts.length === 0) return [];
  const key = await context.signingKey();
  const allowed = new Set(drafts.filter(({ step }) => isAuthorised(layout, step, key.keyid)));
  const fresh = new Set<LinkDraft>();
  for (const draft of allowed) {
    const known = await ownLinks(context.repo, key, draft.binding.commit);
    if (!known.some((own) => saysTheSame(own, draft))) fresh.add(draft);
  }
  if (fresh.size > 0) await writeLinks(context, fresh);
  return drafts.map((draft) => {
    if (!allowed.has(draft)) return notFunctionary(draft, key);
    return signed(draft, fresh.has(draft) ? 'signed' : 'already-signed');
  });
}

async function writeLinks(context: RecordingContext, drafts: Iterable<LinkDraft>): Promise<void> {
  const signer = await context.signer();
  const lines = new Map<string, string[]>();
  for (const draft of drafts) {
    const { commit } = draft.binding;
    const line = await signedLine(linkJson(draft, context.now()), signer);
    lines.set(commit, [...(lines.get(commit) ?? []), line]);
  }
  await appendLines(context.repo, signer.fingerprint, lines);
}

/** One envelope, as a line of a note has it. */
export async function signedLine(signed: JsonObject, signer: Signer): Promise<string> {
  return writeEnvelope(signed, [await signer.sign(canonicalize(signed))]);
}

function signed({ step, binding, products }: LinkDraft, kind: 'signed' | 'already-signed'): Outcome {
  const { commit, recorder, external } = binding;
  return { kind, commit, step, recorder, products: [...products.keys()], external };
}

function notFunctionary({ step, binding }: LinkDraft, { fingerprint, name }: SigningKey): Outcome {
  const refusal = { kind: 'not-functionary', fingerprint, name } as const;
  return { kind: 'refused', commit: binding.commit, step, refusal };
}

interface OwnLink {
  readonly link: Link;
  readonly binding: Binding;
}

/** What this very key has signed: a line in the same words under which it has not says nothing, and hides nothing. */
async function ownLinks(
  repo: Repository,
  { fingerprint, keyid, certificate }: SigningKey,
  commit: string,
): Promise<readonly OwnLink[]> {
  const soon = Date.now() / 1000 + DAY;
  const note = await readNote(repo, localRef(fingerprint), commit);
  if (note === undefined) return [];
  return parseNote(fingerprint, commit, note).entries.flatMap(({ content, envelope }) => {
    if (content.kind !== 'link' || content.binding === undefined) return [];
    const isSigned = signaturesBy(certificate, envelope).some((each) => {
      // A clock that was wrong by more than clocks are: dated ahead, the link does not count (threat 68).
      return each.keyid === keyid && each.created <= soon;
    });
    return isSigned ? [{ link: content.link, binding: content.binding }] : [];
  });
}

/** The clock and the way of recording apart: signing the same again would add a line and no word. */
function saysTheSame({ link, binding }: OwnLink, draft: LinkDraft): boolean {
  return (
    link.name === draft.step &&
    binding.commit === draft.binding.commit &&
    differingArtifact(link.materials, draft.materials) === undefined &&
    differingArtifact(link.products, draft.products) === undefined &&
    withoutClock(link.command, link.byproducts, binding) ===
      withoutClock(draft.command, draft.byproducts, draft.binding)
  );
}

function withoutClock(
  command: readonly string[],
  byproducts: JsonObject,
  { kinds, external }: Pick<Binding, 'kinds' | 'external'>,
): string {
  return JSON.stringify([command, [...byproducts].sort(), [...kinds].sort(), [...external].sort()]);
}
