import { createHash } from 'node:crypto';
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

export interface CarriedCandidate extends BoundEntry {
  /** A path whose content this history held before: bringing it *back* needs a fresh link (threats 20, 58). */
  readonly replayed: string | undefined;
}

/** Links whose commits were rewritten keep their worth where exactly the same was done again (`product.md` §6.4). */
export class CarriedLinks {
  readonly #ancestry: Ancestry;
  readonly #commits: readonly CommitFacts[];
  readonly #byChange = new Map<string, BoundEntry[]>();
  #held: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(bound: Iterable<BoundEntry>, commits: readonly CommitFacts[], ancestry: Ancestry) {
    this.#ancestry = ancestry;
    this.#commits = commits;
    for (const each of bound) {
      if (each.binding.changed.size === 0) continue;
      const key = changeKey(each.link.name, each.binding.changed);
      this.#byChange.set(key, [...(this.#byChange.get(key) ?? []), each]);
    }
  }

  /** Links bound outside the history of `commit` that signed exactly what `commit` did under that step. */
  candidates(commit: CommitFacts, control: StepControl): CarriedCandidate[] {
    const changed = changesUnder(commit, control);
    if (changed.size === 0) return [];
    const signed = foldChanges(digestsOf(changed), control.directories);
    const bound = this.#byChange.get(changeKey(control.step.name, signed)) ?? [];
    const outside = bound.filter(({ binding }) => !this.#ancestry.isAncestor(binding.commit, commit.id));
    if (outside.length === 0) return [];
    const replayed = [...changed].find(([path, { after }]) => this.#wasHeld(path, after, commit.id))?.[0];
    return outside.map((each) => ({ ...each, replayed }));
  }

  #wasHeld(path: string, after: Side | undefined, commit: string): boolean {
    this.#held ??= heldContent(this.#commits);
    const held = this.#held;
    return contentKeys(path, after).some((key) =>
      held.get(key)?.some((ancestor) => ancestor !== commit && this.#ancestry.isAncestor(ancestor, commit)),
    );
  }
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
  return createHash('sha256')
    .update(`${JSON.stringify(step)}\n${lines.sort().join('')}`)
    .digest('hex');
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
