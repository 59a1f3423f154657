import { isUnexplainable } from '../artifact/kind.ts';
import type { PathDifference } from '../layout/changed.ts';
import { artifactName, type StepControl } from '../layout/control.ts';
import type { Endorsement } from '../ledger/statement.ts';
import type { CountingLink } from './counting-link.ts';
import { endorses } from './endorsed.ts';
import type { Side } from './facts.ts';
import type { TreeState } from './tree-state.ts';

/** What explains a change. */
export type Cover = 'link' | 'carried' | 'endorsement';

export interface Explanations {
  readonly state: TreeState;
  readonly links: readonly CountingLink[];
  readonly endorsements: readonly Endorsement[];
}

/**
 * Who explains that this path is as it is in the commit's tree (`product.md` §6-3): a link of a step that *controls*
 * it – a link of any other step says nothing about it (threat 49) – or the owners' endorsement.
 */
export function coverOf(path: string, after: Side | undefined, given: Explanations): Cover | undefined {
  if (after?.artifact !== undefined && isUnexplainable(after.artifact.kind)) return undefined;
  const steps = given.state.control.stepsOf(path);
  const link = given.links.find((each) => steps.some((step) => explains(each, step, path, after)));
  if (link !== undefined) return link.carried ? 'carried' : 'link';
  return given.endorsements.some((each) => endorses(each, path, after)) ? 'endorsement' : undefined;
}

/** A counting link's products equal the tree, so naming the path is saying its digest; a deletion is a lost material. */
function explains(
  { link, step }: CountingLink,
  control: StepControl,
  path: string,
  after: Side | undefined,
): boolean {
  if (step !== control.step.name) return false;
  const name = artifactName(control, path);
  if (link.products.has(name)) return after !== undefined || name !== path;
  return after === undefined && (link.materials.has(name) || link.materials.has(path));
}

/** Changed paths that nobody explains. */
export function uncoveredPaths(
  changed: ReadonlyMap<string, PathDifference<Side>>,
  given: Explanations,
): PathDifference<Side>[] {
  return [...changed.values()].filter(({ path, after }) => coverOf(path, after, given) === undefined);
}
