import { MlchainError } from '../errors.ts';
import type { JsonObject } from '../intoto/json.ts';
import type { Inspection, Step } from '../intoto/layout.ts';
import { layoutToJson } from '../intoto/layout.ts';
import { inspectionRules, materialRules, productRules } from './draft-rules.ts';
import type { DraftStep, StepFlow } from './flow.ts';
import { flowOf } from './flow.ts';
import type { Functionary } from './functionary.ts';
import { keyidsOf } from './functionary.ts';
import { readmeWithId } from './identity.ts';

/** What of `.mlchainrc` a layout is drafted from. */
interface DraftConfig {
  readonly steps: ReadonlyMap<string, DraftStep>;
  readonly inspections: ReadonlyMap<string, { readonly command: readonly string[] }>;
}

export interface DraftRequest {
  readonly config: DraftConfig;
  /** Step → who may sign it. */
  readonly functionaries: ReadonlyMap<string, readonly Functionary[]>;
  /** Step → how many of them have to agree; 1 where nothing is said. */
  readonly thresholds: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly expires: number;
  /** `mlchain-id`: 32 lower-case hex digits. */
  readonly id: string;
}

/**
 * The signed part of a new layout. Our verifier and in-toto's come to the same verdict by it.
 * @throws MlchainError config or usage: names every step that has nobody to sign it
 */
export function draftLayout(request: DraftRequest): JsonObject {
  if (request.config.steps.size === 0) throw new MlchainError('config', 'no steps to draft a layout from');
  requireKnownSteps(request);
  requireFunctionaries(request);
  const flows = flowOf(request.config.steps);
  const keys = [...request.functionaries.values()].flat().flatMap((functionary) => functionary.keys);
  return layoutToJson({
    expires: request.expires,
    readme: readmeWithId(request.id),
    keys: new Map(keys.map(({ keyid, json }) => [keyid, json])),
    steps: flows.map((flow) => draftStep(flow, request)),
    inspections: [...request.config.inspections].map(([name, { command }]) =>
      draftInspection(name, command, flows),
    ),
  });
}

function draftStep(flow: StepFlow, { config, functionaries, thresholds }: DraftRequest): Step {
  return {
    name: flow.name,
    expectedCommand: config.steps.get(flow.name)?.command ?? [],
    threshold: thresholds.get(flow.name) ?? 1,
    pubkeys: keyidsOf(functionaries.get(flow.name)),
    expectedMaterials: materialRules(flow),
    expectedProducts: productRules(flow.products),
  };
}

function draftInspection(name: string, run: readonly string[], flows: readonly StepFlow[]): Inspection {
  const rules = inspectionRules(flows);
  return { name, run, expectedMaterials: rules, expectedProducts: rules };
}

function requireKnownSteps({ config, functionaries, thresholds }: DraftRequest): void {
  const named = [...functionaries.keys(), ...thresholds.keys()];
  const unknown = named.find((name) => !config.steps.has(name));
  if (unknown === undefined) return;
  throw new MlchainError('usage', `no step is named '${unknown}'`, {
    hint: `steps: ${[...config.steps.keys()].join(', ')}`,
  });
}

function requireFunctionaries({ config, functionaries, thresholds }: DraftRequest): void {
  const alone = [...config.steps.keys()].filter((name) => countOf(functionaries.get(name)) === 0);
  if (alone.length > 0) {
    throw new MlchainError('usage', `nobody may sign ${alone.map((name) => `'${name}'`).join(', ')}`, {
      hint: `give --functionary ${alone[0]}=FINGERPRINT or --functionary ${alone[0]}=CERTIFICATE-FILE`,
    });
  }
  for (const [name, threshold] of thresholds) {
    const people = countOf(functionaries.get(name));
    if (threshold <= people) continue;
    const message = `step '${name}': expected ${threshold} functionaries for its threshold, found ${people}`;
    throw new MlchainError('usage', message, { hint: `give --functionary ${name}=… once for each of them` });
  }
}

/** One certificate is one person, however many keys it holds. */
function countOf(functionaries: readonly Functionary[] = []): number {
  return new Set(functionaries.map(({ fingerprint }) => fingerprint)).size;
}
