import { type Json, type JsonObject, jsonObject } from './json-value.ts';
import type { Inspection, LayoutItem, Step } from './layout-model.ts';
import { ruleToJson } from './rule.ts';
import { timestamp } from './timestamp.ts';

/** What a new layout is made of. */
export interface LayoutParts {
  /** Milliseconds since 1970; the fraction of a second is dropped. */
  readonly expires: number;
  readonly readme: string;
  /** Key objects by key id, as `publicKeyToJson` makes them. */
  readonly keys: ReadonlyMap<string, JsonObject>;
  readonly steps: readonly Step[];
  readonly inspections: readonly Inspection[];
}

export function layoutToJson(parts: LayoutParts): JsonObject {
  return jsonObject([
    ['_type', 'layout'],
    ['expires', timestamp(parts.expires)],
    ['readme', parts.readme],
    ['keys', jsonObject(parts.keys)],
    ['steps', parts.steps.map(stepToJson)],
    ['inspect', parts.inspections.map(inspectionToJson)],
  ]);
}

function stepToJson(step: Step): JsonObject {
  return jsonObject([
    ['_type', 'step'],
    ['expected_command', step.expectedCommand],
    ['threshold', step.threshold],
    ['pubkeys', step.pubkeys],
    ...itemEntries(step),
  ]);
}

function inspectionToJson(inspection: Inspection): JsonObject {
  return jsonObject([['_type', 'inspection'], ['run', inspection.run], ...itemEntries(inspection)]);
}

function itemEntries(item: LayoutItem): [string, Json][] {
  return [
    ['name', item.name],
    ['expected_materials', item.expectedMaterials.map(ruleToJson)],
    ['expected_products', item.expectedProducts.map(ruleToJson)],
  ];
}
