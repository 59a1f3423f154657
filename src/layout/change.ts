import { MlchainError } from '../errors.ts';
import type { Json, JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import type { Layout, Step } from '../intoto/layout.ts';
import { timestamp } from '../intoto/timestamp.ts';
import type { Functionary } from './functionary.ts';
import { keyidsOf } from './functionary.ts';
import type { Holders } from './holders.ts';
import { holderOf, peopleOf } from './holders.ts';

/** What `layout set` was asked for; whatever is not named stays as it is. */
export interface LayoutChange {
  /** Milliseconds. */
  readonly expires?: number | undefined;
  /** Step → how many functionaries have to agree. */
  readonly thresholds: ReadonlyMap<string, number>;
  /** Step → who may sign it from now on, besides the others. */
  readonly added: ReadonlyMap<string, readonly Functionary[]>;
  /** Step → fingerprints (primary key, upper hex) of those who may no longer sign it. */
  readonly removed: ReadonlyMap<string, readonly string[]>;
}

/**
 * The signed part of a layout with the change made: rules, order and unknown fields stay. What signed the former
 * layout does not sign this one, so it goes out without signatures.
 * @param holders whose the keys are, for subkeys that the layout lists apart
 * @throws MlchainError usage: a step that is not there, somebody removed who could not sign, a step left without enough people
 */
export function changeLayout(layout: Layout, change: LayoutChange, holders: Holders): JsonObject {
  requireKnownSteps(layout, change);
  const steps = layout.steps.map((step) => changeStep(step, layout, change, holders));
  for (const step of steps) requirePeople(step, holders);
  const json = new Map(layout.json);
  if (change.expires !== undefined) json.set('expires', timestamp(change.expires));
  json.set('keys', jsonObject(changedKeys(layout, change, steps)));
  json.set('steps', changedSteps(layout, steps));
  return json;
}

function changeStep(step: Step, layout: Layout, change: LayoutChange, holders: Holders): Step {
  const removed = change.removed.get(step.name) ?? [];
  for (const fingerprint of removed) requireFunctionary(fingerprint, step, layout, holders);
  const kept = step.pubkeys.filter((keyid) => !removed.includes(personBehind(keyid, layout, holders)));
  return {
    ...step,
    threshold: change.thresholds.get(step.name) ?? step.threshold,
    pubkeys: [...new Set([...kept, ...keyidsOf(change.added.get(step.name))])],
  };
}

/** Upper-hex fingerprint of the primary key: by certificate, or else by the bundle in the layout. */
function personBehind(keyid: string, layout: Layout, holders: Holders): string {
  const primary = [...layout.keys.values()].find(({ subkeys }) => subkeys.has(keyid));
  return holderOf(primary?.keyid ?? keyid, holders).fingerprint;
}

function changedKeys(
  layout: Layout,
  change: LayoutChange,
  steps: readonly Step[],
): ReadonlyMap<string, Json> {
  const added = [...change.added.values()].flat().flatMap((functionary) => functionary.keys);
  const keys = new Map<string, Json>([...layout.keys].map(([keyid, key]) => [keyid, key.json]));
  for (const { keyid, json } of added) keys.set(keyid, json);
  const before = new Set(layout.steps.flatMap(({ pubkeys }) => pubkeys));
  const named = new Set(steps.flatMap(({ pubkeys }) => pubkeys));
  for (const [keyid, key] of layout.keys) {
    const ids = [keyid, ...key.subkeys.keys()];
    if (ids.some((id) => before.has(id)) && !ids.some((id) => named.has(id))) keys.delete(keyid);
  }
  return keys;
}

function changedSteps(layout: Layout, steps: readonly Step[]): readonly Json[] {
  const written = layout.json.get('steps');
  if (!Array.isArray(written)) throw new Error('a layout that was read has a list of steps');
  return steps.map(({ threshold, pubkeys }, at) => {
    return new Map<string, Json>(written[at]).set('threshold', threshold).set('pubkeys', pubkeys);
  });
}

function requireKnownSteps({ steps }: Layout, { thresholds, added, removed }: LayoutChange): void {
  const names = steps.map(({ name }) => name);
  const unknown = [...thresholds.keys(), ...added.keys(), ...removed.keys()].find(
    (name) => !names.includes(name),
  );
  if (unknown === undefined) return;
  throw new MlchainError('usage', `no step is named '${unknown}'`, { hint: `steps: ${names.join(', ')}` });
}

function requireFunctionary(fingerprint: string, step: Step, layout: Layout, holders: Holders): void {
  if (step.pubkeys.some((keyid) => personBehind(keyid, layout, holders) === fingerprint)) return;
  throw new MlchainError('usage', `${fingerprint} is no functionary of step '${step.name}'`, {
    hint: "'git mlchain layout show' lists them",
  });
}

function requirePeople({ name, threshold, pubkeys }: Step, holders: Holders): void {
  const people = peopleOf(pubkeys, holders).length;
  if (people >= Math.max(1, threshold)) return;
  const message = `step '${name}': expected at least ${threshold} functionaries, found ${people}`;
  throw new MlchainError('usage', message, { hint: `add one with --functionary ${name}=FINGERPRINT` });
}
