import { applyRules, type RecordedArtifacts } from '../../src/intoto/apply-rules.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import { parseRule } from '../../src/intoto/rule.ts';
import { judgeRow, type RowResult, type Runner } from './row.ts';
import { readRows } from './rows.ts';

type WireArtifacts = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface WireLink {
  readonly materials: WireArtifacts;
  readonly products: WireArtifacts;
}

interface Row extends WireLink {
  readonly name: string;
  readonly links: Readonly<Record<string, WireLink>>;
  readonly expected_materials: readonly (readonly string[])[];
  readonly expected_products: readonly (readonly string[])[];
  readonly expect?: string;
  readonly failing_list?: string;
  readonly failing_index?: number;
  readonly oracle_error?: string;
  readonly stricter?: string;
}

/** One step's rules over its artifacts; on failure also which rule it was. MATCH may name the step itself (`item`). */
export const runRules: Runner = async (file) => readRows<Row>(file).map(runRow);

function runRow(row: Row): RowResult {
  const item = recorded(row);
  const links = new Map(Object.entries(row.links).map(([name, link]) => [name, recorded(link)]));
  const { failure } = applyRules(
    {
      ...item,
      expectedMaterials: row.expected_materials.map((rule) => parseRule(rule)),
      expectedProducts: row.expected_products.map((rule) => parseRule(rule)),
    },
    (step) => (step === 'item' ? item : links.get(step)),
  );
  const { failing_list: list, failing_index: index, expect } = row;
  const fails = list === undefined ? 'fail' : `fail at ${failure?.list}[${failure?.index}]`;
  const found = failure === undefined ? 'pass' : fails;
  const expected = list === undefined ? (expect ?? 'error') : `fail at ${list}[${index}]`;
  const isOpen = row.oracle_error !== undefined || row.stricter === 'optional';
  return judgeRow({ name: row.name, expected, alternatives: isOpen ? [found] : [] }, found);
}

function recorded({ materials, products }: WireLink): RecordedArtifacts {
  return { materials: artifacts(materials), products: artifacts(products) };
}

function artifacts(wire: WireArtifacts): Artifacts {
  return new Map(Object.entries(wire).map(([name, digests]) => [name, new Map(Object.entries(digests))]));
}
