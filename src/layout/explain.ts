import type { Layout, LayoutItem, Step } from '../intoto/layout.ts';
import type { ArtifactList } from '../intoto/rule.ts';
import { ruleText } from '../intoto/rule.ts';
import { timestamp } from '../intoto/timestamp.ts';
import { daysLeft } from './expiry.ts';
import type { Holder, Holders } from './holders.ts';
import { peopleOf } from './holders.ts';
import { layoutId } from './identity.ts';
import type { RuleWords } from './rule-words.ts';
import { rulesInWords } from './rule-words.ts';

/** A layout in words, as plain data: what `layout show --json` prints. All texts may be foreign. */
export interface LayoutExplanation {
  readonly id: string | null;
  readonly expires: string;
  readonly expired: boolean;
  readonly daysLeft: number;
  readonly readme: string;
  readonly steps: readonly StepExplanation[];
  readonly inspections: readonly ItemExplanation[];
}

export interface ItemExplanation {
  readonly name: string;
  readonly command: readonly string[];
  /** The rules as in-toto writes them. */
  readonly rules: Readonly<Record<ArtifactList, readonly string[]>>;
  readonly materials: readonly RuleWords[];
  readonly products: readonly RuleWords[];
}

export interface StepExplanation extends ItemExplanation {
  readonly threshold: number;
  readonly functionaries: readonly Holder[];
  /** Other steps that its MATCH rules look at. */
  readonly from: readonly string[];
}

export function explainLayout(layout: Layout, holders: Holders, now: number): LayoutExplanation {
  return {
    id: layoutId(layout.readme) ?? null,
    expires: timestamp(layout.expires),
    expired: layout.expires <= now,
    daysLeft: daysLeft(layout.expires, now),
    readme: layout.readme,
    steps: layout.steps.map((step) => explainStep(step, holders)),
    inspections: layout.inspections.map((inspection) => explainItem(inspection, inspection.run)),
  };
}

function explainStep(step: Step, holders: Holders): StepExplanation {
  const matched = [...step.expectedMaterials, ...step.expectedProducts].flatMap((rule) =>
    rule.type === 'MATCH' && rule.step !== step.name ? [rule.step] : [],
  );
  return {
    ...explainItem(step, step.expectedCommand),
    threshold: step.threshold,
    functionaries: peopleOf(step.pubkeys, holders),
    from: [...new Set(matched)],
  };
}

function explainItem(item: LayoutItem, command: readonly string[]): ItemExplanation {
  return {
    name: item.name,
    command,
    rules: {
      materials: item.expectedMaterials.map(ruleText),
      products: item.expectedProducts.map(ruleText),
    },
    materials: rulesInWords(item.expectedMaterials, 'materials'),
    products: rulesInWords(item.expectedProducts, 'products'),
  };
}
