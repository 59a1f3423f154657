import type { StepControl } from '../layout/control.ts';
import type { Ancestry } from './ancestry.ts';
import { agreementKey, type CountingLink, productsKey, type StepLink } from './counting-link.ts';

interface ByProducts {
  read: number;
  readonly links: Map<string, CountingLink[]>;
}

/** All links found to count so far, by step, by what they produced, and by what they agree on. */
export class LinkIndex {
  readonly #ancestry: Ancestry;
  readonly #remembered: ReadonlySet<string>;
  readonly #ofStep = new Map<string, CountingLink[]>();
  readonly #byAgreement = new Map<string, CountingLink[]>();
  readonly #atCommit = new Map<string, CountingLink[]>();
  readonly #byProducts = new WeakMap<StepControl, ByProducts>();

  /** @param remembered steps that links of an earlier, remembered history count for */
  constructor(ancestry: Ancestry, remembered: Iterable<string> = []) {
    this.#ancestry = ancestry;
    this.#remembered = new Set(remembered);
  }

  add(link: CountingLink): void {
    push(this.#ofStep, link.step, link);
    push(this.#byAgreement, `${link.step}\n${agreementKey(link)}`, link);
    push(this.#atCommit, `${link.commit}\n${link.step}`, link);
  }

  *all(): Iterable<CountingLink> {
    for (const links of this.#ofStep.values()) yield* links;
  }

  ofStep(step: string): readonly CountingLink[] {
    return this.#ofStep.get(step) ?? [];
  }

  /** Links of the step that count at exactly this commit. */
  at(step: string, commit: string): readonly CountingLink[] {
    return this.#atCommit.get(`${commit}\n${step}`) ?? [];
  }

  /** Whether the step has any counting link in the history of `commit`. */
  hasAny(step: string, commit: string): boolean {
    if (this.#remembered.has(step)) return true;
    return this.ofStep(step).some((link) => this.#ancestry.isAncestor(link.commit, commit));
  }

  /** Links in the history of `commit` whose products, under that control, are exactly those with `key`; newest first. */
  producing(control: StepControl, key: string, commit: string): readonly CountingLink[] {
    const index = this.#refresh(control);
    return this.#inHistory(index.links.get(key) ?? [], commit);
  }

  /** Links in the history of `commit` that agree with this one in materials and products, itself included. */
  agreeing(link: StepLink, commit: string): readonly CountingLink[] {
    return this.#inHistory(this.#byAgreement.get(`${link.step}\n${agreementKey(link)}`) ?? [], commit);
  }

  /** What the links of all steps produced, under these controls, and what they agree on. */
  *names(controls: Iterable<StepControl>): Iterable<string> {
    for (const agreement of this.#byAgreement.keys()) yield `agreed ${agreement}`;
    for (const control of controls) {
      for (const key of this.#refresh(control).links.keys()) yield producedName(control.step.name, key);
    }
  }

  /** A layout decides what a step controls, so each layout has its own view; links that came since are added to it. */
  #refresh(control: StepControl): ByProducts {
    const index = this.#byProducts.get(control) ?? { read: 0, links: new Map() };
    this.#byProducts.set(control, index);
    const links = this.ofStep(control.step.name);
    for (; index.read < links.length; index.read++) {
      const link = links[index.read];
      if (link !== undefined) push(index.links, productsKey(link, control), link);
    }
    return index;
  }

  #inHistory(links: readonly CountingLink[], commit: string): readonly CountingLink[] {
    return links
      .filter((link) => this.#ancestry.isAncestor(link.commit, commit))
      .sort((one, other) => {
        const order = this.#ancestry.orderOf(other.commit) - this.#ancestry.orderOf(one.commit);
        return order !== 0 ? order : one.entry.id < other.entry.id ? -1 : 1;
      });
  }
}

/** `key` is a `StepState.key` or a `productsKey`. */
export function producedName(step: string, key: string): string {
  return `produced ${step}\n${key}`;
}

export function agreedName(link: StepLink): string {
  return `agreed ${link.step}\n${agreementKey(link)}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
