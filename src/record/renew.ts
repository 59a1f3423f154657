import type { Artifact, Listing } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import type { DigestSet } from '../intoto/digest.ts';
import type { PathChange } from '../ledger/binding.ts';
import type { StepView, Work } from './compose.ts';
import { composeWork } from './compose.ts';
import type { LinkDraft } from './draft.ts';
import type { StepPatterns } from './patterns.ts';

export type Renewal =
  | { readonly kind: 'renewed'; readonly work: Work }
  /** The rewrite changed what the link is about; a path of it. */
  | { readonly kind: 'changed'; readonly path: string | undefined };

export interface Rewrite {
  /** What was signed, or was to be signed, for the commit that was rewritten. */
  readonly prior: LinkDraft;
  /** The step's paths that the new commit changes. */
  readonly changed: ReadonlyMap<string, PathChange>;
  readonly before: StepView;
  readonly after: StepView;
}

/**
 * May a link be signed again for a commit that was rewritten (amend, rebase)? Only while it says the same: the same
 * change, content for content, made from the same materials. What else the step has made is read from the new tree,
 * where a rebase put the work of others below this one.
 */
export function renewWork(patterns: StepPatterns, { prior, changed, before, after }: Rewrite): Renewal {
  const old = composeWork(patterns, before);
  const work = composeWork(patterns, after);
  const signed = listing(prior.materials, prior);
  const held = new Map([...signed].filter(([name]) => work.materials.has(name)));
  const difference =
    differingChange(prior.binding.changed, changed) ??
    differingName(old.materials, work.materials) ??
    differingName(held, only(work.materials, held));
  if (difference !== undefined) return { kind: 'changed', path: difference };
  return {
    kind: 'renewed',
    work: {
      materials: new Map([...signed, ...work.materials]),
      products: new Map([...work.products, ...externalProducts(prior)]),
    },
  };
}

function differingChange(
  signed: ReadonlyMap<string, PathChange>,
  now: ReadonlyMap<string, PathChange>,
): string | undefined {
  return [...new Set([...signed.keys(), ...now.keys()])].find((path) => {
    const [one, other] = [signed.get(path), now.get(path)];
    return (
      one === undefined || other === undefined || one.before !== other.before || one.after !== other.after
    );
  });
}

function differingName(one: Listing, other: Listing): string | undefined {
  return [...new Set([...one.keys(), ...other.keys()])].find(
    (name) => !sameArtifact(one.get(name), other.get(name)),
  );
}

function only(from: Listing, names: Listing): Listing {
  return new Map([...from].filter(([name]) => names.has(name)));
}

function externalProducts(prior: LinkDraft): Listing {
  const external = new Set(prior.binding.external);
  return new Map([...listing(prior.products, prior)].filter(([name]) => external.has(name)));
}

/** What a link says of its artifacts, back in our own terms. */
function listing(artifacts: ReadonlyMap<string, DigestSet>, { binding }: LinkDraft): Listing {
  return new Map(
    [...artifacts].flatMap(([name, digests]): [string, Artifact][] => {
      const digest = digests.get('sha256') ?? digests.get('gitCommit');
      const kind = digests.has('gitCommit') ? 'submodule' : kindOf(binding.kinds.get(name));
      return digest === undefined ? [] : [[name, { kind, digest }]];
    }),
  );
}

function kindOf(text: string | undefined): Artifact['kind'] {
  if (text === 'lfs' || text === 'symlink' || text === 'submodule') return text;
  return text?.startsWith('dvc:') ? `dvc:${text.slice(4)}` : 'file';
}
