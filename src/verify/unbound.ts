import type { Link } from '../intoto/link.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { Ancestry } from './ancestry.ts';
import { agreementKey, type StepLink, underControl } from './counting-link.ts';
import { bestOf, type EffectiveLink, isNewer } from './effective.ts';
import type { Finding } from './finding.ts';
import { judgeImportSigner } from './import-signer.ts';
import type { KeyBook } from './key-book.ts';
import type { Arrivals } from './late-lines.ts';
import type { TrustedLayout } from './layout-trust.ts';
import { type ArtifactsOf, type ContentProblem, commandFailure, describe } from './link-content.ts';
import { digestText } from './rule-failure.ts';
import type { StepState } from './tree-state.ts';

interface UnboundEntry {
  readonly entry: Entry;
  readonly link: Link;
}

/**
 * Links that name no commit: in-toto-run made them and `import` noted them (`formats.md` §3). Nothing in them says
 * when or where they were made, so they explain no change. Where a step has no bound link, and only there – a copy of
 * an old one could otherwise bring back what the step has left behind –, they say what the step made.
 */
export class UnboundLinks {
  readonly #ancestry: Ancestry;
  readonly #ofStep = new Map<string, UnboundEntry[]>();

  constructor(evidence: Iterable<Entry>, ancestry: Ancestry) {
    this.#ancestry = ancestry;
    for (const entry of evidence) {
      if (entry.content.kind !== 'link' || entry.content.binding !== undefined) continue;
      const { link } = entry.content;
      const ofStep = this.#ofStep.get(link.name);
      if (ofStep === undefined) this.#ofStep.set(link.name, [{ entry, link }]);
      else ofStep.push({ entry, link });
    }
  }

  has(step: string): boolean {
    return this.#ofStep.has(step);
  }

  /** Noted on that very commit: what its first parent found may no longer hold. */
  liesAt(step: string, commit: string): boolean {
    return this.#ofStep.get(step)?.some(({ entry }) => entry.object === commit) ?? false;
  }

  /** Noted on the commit or an ancestor of it. */
  inHistory(step: string, commit: string): readonly UnboundEntry[] {
    const links = this.#ofStep.get(step) ?? [];
    return links.filter(({ entry }) => this.#ancestry.isAncestor(entry.object, commit));
  }

  /** Newest first: by where they were noted, then by when they claim to have been signed. */
  newestFirst<Noted extends StepLink>(links: readonly Noted[]): readonly Noted[] {
    const place = ({ commit }: StepLink) => this.#ancestry.orderOf(commit);
    return links.toSorted((one, other) => {
      return place(other) - place(one) || (isNewer(one, other) ? -1 : 1);
    });
  }
}

interface JudgedLink extends StepLink {
  /** Of the signer: two links of one identity are one functionary. */
  readonly identity: string;
}

export interface UnboundQuestion {
  readonly links: UnboundLinks;
  readonly commit: string;
  /** The layout in force, then those that a later merge adds (`laterLayouts`). */
  readonly layouts: readonly [TrustedLayout, ...TrustedLayout[]];
  readonly state: StepState;
  readonly keys: KeyBook;
  readonly arrivals: Arrivals;
  readonly fitting: Fitting | undefined;
  /** Seconds. */
  readonly now: number;
  readonly artifactsOf: ArtifactsOf;
}

/** What imported links say of a step that has no bound one: as an effective link, with its rules judged here. */
export function effectiveUnbound(question: UnboundQuestion): EffectiveLink | undefined {
  const { links, commit, state, artifactsOf } = question;
  const { step } = state.control;
  const judged = links.inHistory(step.name, commit).map((each) => judgeUnbound(each, question));
  const counting = judged.flatMap((each) => ('code' in each ? [] : [each]));
  const standing = links.newestFirst(counting).filter((link) => !isTakenBack(link, counting));
  const producing = standing.filter(({ link }) => productsProblem(link, state) === undefined);
  return bestOf(producing, step, artifactsOf, (link) => agreeing(link, producing));
}

/** Why the imported links of a step do not stand in for it: told where nothing else does. */
export function unboundFindings(question: UnboundQuestion): Finding[] {
  const { links, commit, state, keys } = question;
  const step = state.control.step.name;
  return links.inHistory(step, commit).flatMap((each) => {
    const judged = judgeUnbound(each, question);
    const problem = 'code' in judged ? judged : productsProblem(each.link, state);
    if (problem === undefined) return [];
    const signer = keys.person(each.entry.signer);
    return [{ severity: 'warning' as const, commit: each.entry.object, step, signer, ...problem }];
  });
}

function judgeUnbound(
  { entry, link }: UnboundEntry,
  { layouts, state, keys, arrivals, fitting, now }: UnboundQuestion,
): JudgedLink | ContentProblem {
  const step = state.control.step.name;
  const { envelope, signer: ref } = entry;
  const arrivedAfter = arrivals.of(entry);
  const signed = judgeImportSigner({ envelope, ref, step, layouts, keys, arrivedAfter, fitting, now });
  if (!('keyid' in signed)) return { code: signed.code, detail: signed.detail };
  const failure = commandFailure(link);
  if (failure !== undefined) return failure;
  const { keyid, created, identity } = signed;
  const signer = keys.person(entry.signer);
  return {
    entry,
    link,
    binding: undefined,
    step,
    commit: entry.object,
    carried: false,
    signer,
    keyid,
    created,
    identity,
  };
}

/**
 * The link's products have to be the tree on all that the step controls. in-toto-run hashes what lies in the work
 * tree, which for a git-lfs or DVC file is the content itself; a symbolic link or a submodule it cannot have recorded.
 */
function productsProblem(link: Link, { artifacts, control }: StepState): ContentProblem | undefined {
  const code = 'artifact-mismatch';
  for (const [path, artifact] of artifacts) {
    const digests = link.products.get(path);
    const isContent = artifact.kind !== 'symlink' && artifact.kind !== 'submodule';
    if (isContent && digests?.get('sha256') === artifact.digest) continue;
    return { code, path, expected: digestText(digests), found: describe(artifact) };
  }
  for (const [path, digests] of link.products) {
    if (!underControl(control, path) || artifacts.has(path)) continue;
    return { code, path, expected: digestText(digests) };
  }
  return undefined;
}

/** A signer's newest link on a commit stands, as with bound ones. */
function isTakenBack(link: StepLink, all: readonly StepLink[]): boolean {
  return all.some((other) => {
    return (
      other.commit === link.commit &&
      other.signer.fingerprint === link.signer.fingerprint &&
      isNewer(other, link)
    );
  });
}

/** One a person, subkeys, copies and key ids being the same person (threat 16). */
function agreeing(link: StepLink, all: readonly JudgedLink[]): readonly StepLink[] {
  const key = agreementKey(link);
  const distinct = new Map<string, StepLink>();
  for (const other of all) {
    if (distinct.has(other.identity) || agreementKey(other) !== key) continue;
    distinct.set(other.identity, other);
  }
  return [...distinct.values()];
}
