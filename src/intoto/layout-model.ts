import type { JsonObject } from './json-value.ts';
import type { ArtifactRule } from './rule.ts';
import type { VerificationKey } from './verification-key.ts';

/** What a step and an inspection have in common: a name and the rules for its artifacts. */
export interface LayoutItem {
  readonly name: string;
  readonly expectedMaterials: readonly ArtifactRule[];
  readonly expectedProducts: readonly ArtifactRule[];
}

export interface Step extends LayoutItem {
  readonly expectedCommand: readonly string[];
  /** At least 1: how many functionaries have to agree. */
  readonly threshold: number;
  /** Key ids of keys in `layout.keys` or of their subkeys. */
  readonly pubkeys: readonly string[];
}

export interface Inspection extends LayoutItem {
  readonly run: readonly string[];
}

/** Who may do what, how it has to fit together, and until when (in-toto specification §4.3). */
export interface Layout {
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly readme: string;
  readonly keys: ReadonlyMap<string, VerificationKey>;
  readonly steps: readonly Step[];
  readonly inspections: readonly Inspection[];
  /** What was read, unknown fields included: this is what is signed. */
  readonly json: JsonObject;
}
