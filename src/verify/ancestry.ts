interface Node {
  readonly id: string;
  readonly parents: readonly string[];
}

interface Place {
  readonly chain: number;
  readonly position: number;
  /** For every other chain, how far up this commit reaches into it. Shared along a chain while nothing merges. */
  readonly reach: ReadonlyMap<number, number>;
}

const LEFT = 1;
const RIGHT = 2;
const BOTH = LEFT | RIGHT;
/** Below a common ancestor already found. */
const STALE = 4;

/**
 * Who descends from whom. The history is cut into chains of first parents; a commit reaches an ancestor when it
 * reaches at least that far into the ancestor's chain. One look-up an answer, and linear histories share one map.
 */
export class Ancestry {
  readonly #places = new Map<string, Place>();
  readonly #order = new Map<string, number>();
  readonly #parents = new Map<string, readonly string[]>();
  readonly #chainEnds: string[] = [];

  /** @param commits every parent before its child; parents that are not listed are taken as unknown. */
  constructor(commits: readonly Node[]) {
    for (const commit of commits) this.#add(commit);
  }

  /** Position in topological order: ancestors are always smaller. */
  orderOf(commit: string): number {
    return this.#order.get(commit) ?? -1;
  }

  has(commit: string): boolean {
    return this.#places.has(commit);
  }

  /** Also true of a commit and itself. */
  isAncestor(ancestor: string, commit: string): boolean {
    const upper = this.#places.get(ancestor);
    const lower = this.#places.get(commit);
    if (upper === undefined || lower === undefined) return false;
    if (upper.chain === lower.chain) return upper.position <= lower.position;
    return (lower.reach.get(upper.chain) ?? -1) >= upper.position;
  }

  /**
   * All best common ancestors, as `git merge-base --all` finds them: walks down from both in topological order and
   * stops at commits that both reach; whatever lies below one of those is no *best* one.
   */
  mergeBases(one: string, other: string): string[] {
    const seen = new Map<string, number>([[one, LEFT]]);
    seen.set(other, (seen.get(other) ?? 0) | RIGHT);
    const open = [...seen.keys()];
    const bases: string[] = [];
    while (open.some((id) => ((seen.get(id) ?? 0) & STALE) === 0)) {
      const id = this.#takeNewest(open);
      const flags = seen.get(id) ?? 0;
      const common = (flags & BOTH) === BOTH;
      if (common && (flags & STALE) === 0) bases.push(id);
      for (const parent of this.#parents.get(id) ?? []) {
        const known = seen.get(parent);
        if (known === undefined) open.push(parent);
        seen.set(parent, (known ?? 0) | flags | (common ? STALE : 0));
      }
    }
    return bases.filter((id) => ((seen.get(id) ?? 0) & STALE) === 0);
  }

  #takeNewest(open: string[]): string {
    let best = 0;
    for (let at = 1; at < open.length; at++) {
      if (this.orderOf(open[at] ?? '') > this.orderOf(open[best] ?? '')) best = at;
    }
    return open.splice(best, 1)[0] ?? '';
  }

  #add({ id, parents }: Node): void {
    this.#parents.set(id, parents);
    const known = parents.filter((parent) => this.#places.has(parent));
    const first = known[0] === undefined ? undefined : this.#places.get(known[0]);
    const extendsChain = first !== undefined && this.#chainEnds[first.chain] === known[0];
    const chain = extendsChain ? first.chain : this.#chainEnds.length;
    const position = extendsChain ? first.position + 1 : 0;
    const reach = extendsChain && known.length === 1 ? first.reach : this.#union(known, chain);
    this.#chainEnds[chain] = id;
    this.#places.set(id, { chain, position, reach });
    this.#order.set(id, this.#order.size);
  }

  #union(parents: readonly string[], ownChain: number): Map<number, number> {
    const reach = new Map<number, number>();
    const raise = (chain: number, position: number) => {
      if (chain !== ownChain && (reach.get(chain) ?? -1) < position) reach.set(chain, position);
    };
    for (const parent of parents) {
      const place = this.#places.get(parent);
      if (place === undefined) continue;
      raise(place.chain, place.position);
      for (const [chain, position] of place.reach) raise(chain, position);
    }
    return reach;
  }
}
