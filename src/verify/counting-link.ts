import type { Artifact, ArtifactKind } from '../artifact/kind.ts';
import type { DigestSet } from '../intoto/digest.ts';
import type { Link } from '../intoto/link.ts';
import type { StepControl } from '../layout/control.ts';
import type { Binding } from '../ledger/binding.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Person } from './finding.ts';
import { artifactsKey } from './tree-state.ts';

/** A link that somebody who may signed for a step, and where that is. */
export interface StepLink {
  readonly entry: Entry;
  readonly link: Link;
  /** Undefined for an imported link, which is bound to no commit (`unbound.ts`). */
  readonly binding: Binding | undefined;
  readonly step: string;
  /** Where it counts: the commit it is bound to, or carried to; of an imported link the one that it was noted on. */
  readonly commit: string;
  readonly carried: boolean;
  readonly signer: Person;
  /** The very key that signed, lower hex: what another layout is asked about. */
  readonly keyid: string;
  /** When the signature claims to have been made, seconds; undefined where it says nothing of that. */
  readonly created: number | undefined;
}

/** A link that counts at `commit` (`product.md` §6-2): the only thing that explains a change. */
export interface CountingLink extends StepLink {
  readonly binding: Binding;
  readonly created: number;
}

/** What a link says of an artifact; undefined where it does not name it or gives no SHA-256. */
export function linkArtifact(
  digests: DigestSet | undefined,
  binding: Binding,
  name: string,
): Artifact | undefined {
  if (digests === undefined) return undefined;
  const kind = (binding.kinds.get(name) ?? 'file') as ArtifactKind;
  const digest = digests.get(kind === 'submodule' ? 'gitCommit' : 'sha256');
  return digest === undefined ? undefined : { kind, digest };
}

/** Key of the products that lie under a step's control, to compare with a tree's `StepState.key`. */
export function productsKey({ link, binding }: CountingLink, control: StepControl): string {
  const external = new Set(binding.external);
  const products: [string, Artifact][] = [];
  for (const [name, digests] of link.products) {
    if (external.has(name) || !underControl(control, name)) continue;
    products.push([name, linkArtifact(digests, binding, name) ?? { kind: 'file', digest: '' }]);
  }
  return artifactsKey(products);
}

/** Asked about the same link again and again, and the most of what it costs to judge one. */
const agreements = new WeakMap<Link, string>();

/** Links of different people agree when they name the same materials and the same products. */
export function agreementKey({ link }: Pick<StepLink, 'link'>): string {
  const known = agreements.get(link) ?? agreementOf(link);
  agreements.set(link, known);
  return known;
}

function agreementOf(link: Link): string {
  const sets = [link.materials, link.products].map((artifacts) => {
    return artifactsKey(
      [...artifacts].map(([name, digests]) => [name, { kind: 'file', digest: setText(digests) }]),
    );
  });
  return sets.join('/');
}

function setText(digests: DigestSet): string {
  return JSON.stringify([...digests].sort());
}

/** Whether an artifact, as a link names it, is the step's responsibility: a path, or a `dir:` that stands for many. */
export function underControl(control: StepControl, name: string): boolean {
  return control.controls(name) || control.directories.some((directory) => name === `dir:${directory}`);
}
