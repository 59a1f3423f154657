import type { JsonObject } from '../../src/intoto/json.ts';
import type { PublicKey } from '../../src/intoto/key.ts';
import { publicKeyFromJson, publicKeyToJson } from '../../src/intoto/key.ts';
import type { Layout } from '../../src/intoto/layout.ts';
import { layoutFromJson, layoutToJson } from '../../src/intoto/layout.ts';
import type { ArtifactRule } from '../../src/intoto/rule.ts';
import { parseRule } from '../../src/intoto/rule.ts';
import type { VerificationKey } from '../../src/intoto/verification-key.ts';

/** A layout as a test writes it: rules as lines, `MATCH data/* WITH PRODUCTS FROM prepare`. */
export interface LayoutText {
  readonly expires?: number;
  readonly readme?: string;
  readonly keys?: readonly VerificationKey[];
  readonly steps: Readonly<Record<string, StepText>>;
  readonly inspections?: Readonly<Record<string, RulesText & { readonly run?: readonly string[] }>>;
}

export interface RulesText {
  readonly materials?: readonly string[];
  readonly products?: readonly string[];
}

interface StepText extends RulesText {
  readonly command?: readonly string[];
  readonly threshold?: number;
  /** Default: every key of the layout. */
  readonly pubkeys?: readonly string[];
}

export const inAYear = Date.UTC(2027, 10, 22);

export function makeLayout(text: LayoutText): Layout {
  return layoutFromJson(makeLayoutJson(text));
}

export function makeLayoutJson(text: LayoutText): JsonObject {
  const keys = text.keys ?? [makeKey('a')];
  return layoutToJson({
    expires: text.expires ?? inAYear,
    readme: text.readme ?? `mlchain-id: ${'0'.repeat(32)}`,
    keys: new Map(keys.map((key) => [key.keyid, key.json])),
    steps: Object.entries(text.steps).map(([name, step]) => ({
      name,
      expectedCommand: step.command ?? [],
      threshold: step.threshold ?? 1,
      pubkeys: step.pubkeys ?? keys.map(({ keyid }) => keyid),
      ...rulesOf(step),
    })),
    inspections: Object.entries(text.inspections ?? {}).map(([name, item]) => ({
      name,
      run: item.run ?? [],
      ...rulesOf(item),
    })),
  });
}

export function rulesFrom(lines: readonly string[] = []): readonly ArtifactRule[] {
  return lines.map((line) => parseRule(line.split(' ')));
}

function rulesOf({ materials, products }: RulesText) {
  return { expectedMaterials: rulesFrom(materials), expectedProducts: rulesFrom(products) };
}

/** A key that never signs anything: `digit` forty times is its id. */
export function makeKey(
  digit: string,
  more: { validityPeriod?: number; subkeys?: readonly PublicKey[] } = {},
): PublicKey {
  return publicKeyFromJson(
    publicKeyToJson({
      keyid: digit.repeat(40),
      method: 'pgp+eddsa-ed25519',
      public: new Map([['q', digit.repeat(64)]]),
      validityPeriod: more.validityPeriod,
      subkeys: new Map((more.subkeys ?? []).map((subkey) => [subkey.keyid, subkey.json])),
    }),
  );
}
