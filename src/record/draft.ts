import type { Artifact, Listing } from '../artifact/kind.ts';
import { specialKinds, toDigestSet } from '../artifact/kind.ts';
import type { Commit } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import type { Artifacts } from '../intoto/digest.ts';
import type { JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import { linkToJson } from '../intoto/link.ts';
import type { StepControl } from '../layout/control.ts';
import type { Binding, PathChange, Recorder } from '../ledger/binding.ts';
import { bindingToJson } from '../ledger/binding.ts';
import { foldChanges } from '../ledger/folded-changes.ts';
import type { Work } from './compose.ts';
import type { Occurrence } from './occurrence.ts';

/** A link that has everything but its signature and the time of it. */
export interface LinkDraft {
  readonly step: string;
  readonly command: readonly string[];
  readonly materials: Artifacts;
  readonly products: Artifacts;
  readonly byproducts: JsonObject;
  readonly binding: Omit<Binding, 'recorded'>;
}

/** What a draft says beside the work itself. */
export interface Circumstances {
  readonly recorder: Recorder;
  /** Empty where no command ran. */
  readonly command?: readonly string[];
  readonly byproducts?: JsonObject;
  readonly external?: readonly string[];
  readonly rewrittenFrom?: string;
}

export function draftLink(
  repo: Repository,
  occurrence: Occurrence,
  step: StepControl,
  { materials, products }: Work,
  how: Circumstances,
): LinkDraft {
  const { commit } = occurrence;
  return {
    step: step.step.name,
    command: how.command ?? [],
    materials: artifactsOf(materials),
    products: artifactsOf(products),
    byproducts: how.byproducts ?? jsonObject([]),
    binding: {
      recorder: how.recorder,
      commit: commit.id,
      tree: commit.tree,
      parents: commit.parents,
      objectFormat: repo.objectFormat,
      author: authorOf(commit),
      changed: changedUnder(step, occurrence),
      kinds: specialKinds(new Map([...materials, ...products])),
      external: how.external ?? [],
      rewrittenFrom: how.rewrittenFrom,
    },
  };
}

/** `Name <email>`, as git says it: foreign text. */
export function authorOf({ author }: Commit): string {
  return `${author.name} <${author.email}>`;
}

/** The part of a commit's changes that is the step's responsibility: what a carried link is compared by. */
export function changedUnder(step: StepControl, { changed }: Occurrence): ReadonlyMap<string, PathChange> {
  const own = [...changed.values()].filter(({ path }) => step.controls(path));
  const changes = own.map(
    ({ path, before, after }) => [path, { before: digest(before), after: digest(after) }] as const,
  );
  return foldChanges(new Map(changes), step.directories);
}

/** The signed part of the link. @param now milliseconds */
export function linkJson(draft: LinkDraft, now: number): JsonObject {
  const { step, binding, ...parts } = draft;
  const mlchain = bindingToJson({ ...binding, recorded: timestamp(now) });
  return linkToJson({ ...parts, name: step, environment: jsonObject([['mlchain', mlchain]]) });
}

/** `YYYY-MM-DDTHH:MM:SSZ`, as every format of ours writes a time. */
export function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

function artifactsOf(listing: Listing): Artifacts {
  return new Map([...listing].map(([name, artifact]) => [name, toDigestSet(artifact)]));
}

function digest(artifact: Artifact | undefined): string | null {
  return artifact?.digest ?? null;
}
