import { hash } from 'node:crypto';
import type { Link } from '../intoto/link.ts';
import type { StepControl } from '../layout/control.ts';
import type { Binding, PathChange } from '../ledger/binding.ts';
import type { Entry } from '../ledger/entry.ts';
import { foldChanges } from '../ledger/folded-changes.ts';
import type { Ancestry } from './ancestry.ts';
import type { CommitFacts, Side } from './facts.ts';

export interface BoundEntry {
  readonly entry: Entry;
  readonly link: Link;
  readonly binding: Binding;
}

/** Only a link in its own place can be carried from there: a copy under another commit proves nothing new. */
export function* boundEntries(evidence: Iterable<Entry>): Iterable<BoundEntry> {
  for (const entry of evidence) {
    if (entry.content.kind !== 'link') continue;
    const { link, binding } = entry.content;
    if (binding !== undefined && binding.commit === entry.object) yield { entry, link, binding };
  }
}

export interface CarriedCandidate extends BoundEntry {
  /** A path whose content this history held before: bringing it *back* needs a fresh link (threats 20, 58). */
  readonly replayed: string | undefined;
}

/** Links whose commits were rewritten keep their worth where exactly the same was done again (`product.md` §6.4). */
export class CarriedLinks {
  readonly #ancestry: Ancestry;
  readonly #commits: readonly CommitFacts[];
  readonly #byChange = new Map<string, BoundEntry[]>();
  readonly #asked = new Set<string>();
  #held: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(bound: Iterable<BoundEntry>, commits: readonly CommitFacts[], ancestry: Ancestry) {
    this.#ancestry = ancestry;
    this.#commits = commits;
    for (const each of bound) {
      const key = changeSigned(each);
      if (key === undefined) continue;
      const list = this.#byChange.get(key);
      if (list === undefined) this.#byChange.set(key, [each]);
      else list.push(each);
    }
  }

  /** Links bound outside the history of `commit` that signed exactly what `commit` did under that step. */
  candidates(commit: CommitFacts, control: StepControl): CarriedCandidate[] {
    const changed = changesUnder(commit, control);
    if (changed.size === 0) return [];
    const key = keyOf(changed, control);
    this.#asked.add(key);
    const bound = this.#byChange.get(key) ?? [];
    const outside = bound.filter(({ binding }) => !this.#ancestry.isAncestor(binding.commit, commit.id));
    if (outside.length === 0) return [];
    const replayed = [...changed].find(([path, { after }]) => this.#wasHeld(path, after, commit.id))?.[0];
    return outside.map((each) => ({ ...each, replayed }));
  }

  /** Every change that candidates were looked for: a link that signs one of these has something to say. */
  changes(): Iterable<string> {
    return this.#asked;
  }

  #wasHeld(path: string, after: Side | undefined, commit: string): boolean {
    this.#held ??= heldContent(this.#commits);
    const held = this.#held;
    return contentKeys(path, after).some((key) =>
      held.get(key)?.some((ancestor) => ancestor !== commit && this.#ancestry.isAncestor(ancestor, commit)),
    );
  }
}

/** What a commit did under a step, as a link that may be carried to it has signed it; undefined where it did nothing. */
export function changeAt(commit: CommitFacts, control: StepControl): string | undefined {
  const changed = changesUnder(commit, control);
  return changed.size === 0 ? undefined : keyOf(changed, control);
}

const signed = new WeakMap<Binding, string>();

/** What a bound link signed, to be found again by `changeAt`; undefined where it signed no change. */
export function changeSigned({ link, binding }: Pick<BoundEntry, 'link' | 'binding'>): string | undefined {
  if (binding.changed.size === 0) return undefined;
  const known = signed.get(binding) ?? changeKey(link.name, binding.changed);
  signed.set(binding, known);
  return known;
}

export function changedName(change: string): string {
  return `changed ${change}`;
}

function changesUnder(
  { changes }: CommitFacts,
  control: StepControl,
): Map<string, { before: Side | undefined; after: Side | undefined }> {
  const under = (changes[0] ?? []).filter(({ path, before, after }) => {
    return control.controls(path) && describeSide(before) !== describeSide(after);
  });
  return new Map(under.map(({ path, before, after }) => [path, { before, after }]));
}

function keyOf(changed: Parameters<typeof digestsOf>[0], { step, directories }: StepControl): string {
  return changeKey(step.name, foldChanges(digestsOf(changed), directories));
}

function digestsOf(changed: ReadonlyMap<string, { before: Side | undefined; after: Side | undefined }>) {
  const digest = (side: Side | undefined) => side?.artifact?.digest ?? null;
  return new Map(
    [...changed].map(([path, { before, after }]) => [path, { before: digest(before), after: digest(after) }]),
  );
}

function describeSide(side: Side | undefined): string {
  return side === undefined ? '' : `${side.artifact?.kind}:${side.artifact?.digest}`;
}

function changeKey(step: string, changed: ReadonlyMap<string, PathChange>): string {
  const lines = [...changed].map(
    ([path, { before, after }]) => `${JSON.stringify(path)} ${before} ${after}\n`,
  );
  return hash('sha256', `${JSON.stringify(step)}\n${lines.sort().join('')}`);
}

/** By object id as well as by digest: one content can lie in two different git-lfs pointers. */
function contentKeys(path: string, side: Side | undefined): string[] {
  if (side === undefined) return [`${path}\0gone`];
  const byId = `${path}\0${side.id}`;
  return side.artifact === undefined ? [byId] : [byId, `${path}\0sha256:${side.artifact.digest}`];
}

/** path and content → commits that brought it; a deletion brings absence. */
function heldContent(commits: readonly CommitFacts[]): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const { id, changes } of commits) {
    for (const { path, after } of changes.flat()) {
      for (const key of contentKeys(path, after)) {
        const list = held.get(key);
        if (list === undefined) held.set(key, [id]);
        else list.push(id);
      }
    }
  }
  return held;
}
