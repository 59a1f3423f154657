import type { Envelope } from '../intoto/envelope.ts';
import type { Layout, Step } from '../intoto/layout.ts';
import { type Link, linkFromJson, linkToJson } from '../intoto/link.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import type { Finding } from './finding.ts';
import { KeyBook } from './key-book.ts';
import type { ArtifactsOf } from './link-content.ts';
import type { StepVerdict } from './release.ts';
import type { LinkSource, SupplyChain } from './supply-chain-facts.ts';
import { judgeInspections, type PendingInspections } from './supply-chain-inspections.ts';
import { judgeChainLayout } from './supply-chain-layout.ts';
import { judgeFiles, type SignedFile } from './supply-chain-links.ts';
import type { ChainClock } from './supply-chain-signature.ts';
import {
  type CountedLink,
  commandFindings,
  judgeThreshold,
  ruleFindings,
  stepVerdict,
} from './supply-chain-steps.ts';

/** How many layouts may lie within each other: a functionary could otherwise delegate for ever. */
const MAX_DEPTH = 16;

/** What an in-toto verification found: `verdictOf(findings)` is the verdict. */
export interface SupplyChainVerdict {
  readonly findings: readonly Finding[];
  readonly steps: readonly StepVerdict[];
  /** Links that count, in all layouts together. */
  readonly links: number;
}

/** One layout on its way: the owners' or, deeper, one that delegates a step. */
interface Scope {
  readonly envelope: Envelope;
  readonly owners: readonly VerificationKey[];
  readonly ownerThreshold: number;
  readonly links: LinkSource;
  readonly parameters: ReadonlyMap<string, string> | undefined;
  readonly depth: number;
}

interface JudgedScope extends SupplyChainVerdict {
  /** What the whole layout did, as one link; undefined where it did not get so far. */
  readonly summary: ((name: string) => Link) | undefined;
  /** Innermost first. */
  readonly pending: readonly PendingInspections[];
}

/**
 * in-toto's verification of a final product (specification §5.2), stricter than in-toto 1.3.1 where that lets
 * something through: each such place says so. Everything is judged before the first inspection runs, so that no
 * command of a layout touches what is already known to be bad.
 */
export async function verifySupplyChain(chain: SupplyChain): Promise<SupplyChainVerdict> {
  const { layout: envelope, owners, ownerThreshold, links, parameters } = chain;
  const clock: ChainClock = { keys: new KeyBook(chain.certificates), now: chain.now };
  const judged = await judgeScope({ envelope, owners, ownerThreshold, links, parameters, depth: 1 }, clock);
  const findings = [...judged.findings];
  const pending = judged.pending.filter(({ inspections }) => inspections.length > 0);
  if (pending.length > 0 && chain.inspect === undefined) {
    findings.push({ code: 'inspections-skipped', severity: 'warning' });
  }
  for (const inspections of pending) {
    if (chain.inspect === undefined || findings.some(isViolation)) break;
    findings.push(...(await judgeInspections(inspections, chain.inspect)));
  }
  return { findings, steps: judged.steps, links: judged.links };
}

async function judgeScope(scope: Scope, clock: ChainClock): Promise<JudgedScope> {
  const { layout, findings } = judgeChainLayout(scope, clock);
  if (layout === undefined) return nothing(findings);
  const steps = await Promise.all(layout.steps.map((step) => countLinks(step, layout, scope, clock)));
  const references = new Map(
    steps.flatMap(({ step, counted }) => (counted[0] ? [[step.name, counted[0]]] : [])),
  );
  const artifactsOf: ArtifactsOf = (name) => {
    const found = references.get(name);
    return found && { materials: found.link.materials, products: found.link.products, signer: found.signer };
  };
  const verdicts = steps.map((each) => judgeStep(each, artifactsOf));
  return {
    findings: [...findings, ...verdicts.flatMap((each) => each.findings)],
    steps: verdicts.map(({ verdict }) => verdict),
    summary: (name) => summaryOf(name, layout, references),
    links: steps.reduce((sum, { links }) => sum + links, 0),
    pending: [...steps.flatMap(({ pending }) => pending), { inspections: layout.inspections, artifactsOf }],
  };
}

interface CountedStep {
  readonly step: Step;
  readonly counted: readonly CountedLink[];
  readonly findings: readonly Finding[];
  readonly pending: readonly PendingInspections[];
  readonly links: number;
}

/** The links that count for a step; a sublayout counts as the summary of what it delegates. */
async function countLinks(step: Step, layout: Layout, scope: Scope, clock: ChainClock): Promise<CountedStep> {
  const { signed, findings } = judgeFiles(await scope.links.links(step.name), step, layout, clock);
  const results = await Promise.all(signed.map((file) => countFile(file, step, scope, clock)));
  return {
    step,
    counted: results.flatMap(({ counted }) => counted),
    findings: [...findings, ...results.flatMap((result) => result.findings)],
    pending: results.flatMap(({ pending }) => pending),
    links: results.reduce((sum, { links }) => sum + links, 0),
  };
}

/** A sublayout that fails is a link that does not count: a warning here, a violation if nobody else did the step. */
async function countFile(
  file: SignedFile,
  step: Step,
  scope: Scope,
  clock: ChainClock,
): Promise<Omit<CountedStep, 'step'>> {
  const { signer, identity } = file;
  if (file.link !== undefined) {
    return {
      counted: [{ file: file.file, signer, identity, link: file.link }],
      findings: [],
      pending: [],
      links: 1,
    };
  }
  const inner = await judgeSublayout(file, step, scope, clock);
  const findings = inner.findings.map((finding) => within(step, finding));
  if (inner.summary === undefined || inner.findings.some(isViolation)) {
    return { counted: [], findings, pending: [], links: 0 };
  }
  const counted = [{ file: file.file, signer, identity, link: inner.summary(step.name) }];
  return { counted, findings, pending: inner.pending, links: inner.links };
}

async function judgeSublayout(
  file: SignedFile,
  step: Step,
  scope: Scope,
  clock: ChainClock,
): Promise<JudgedScope> {
  if (file.sublayout === undefined || scope.depth >= MAX_DEPTH) {
    const detail = `expected at most ${MAX_DEPTH} layouts within each other`;
    return nothing([{ code: 'layout-invalid', severity: 'violation', path: file.file, detail }]);
  }
  const inner: Scope = {
    envelope: file.sublayout,
    owners: [file.holder],
    ownerThreshold: 1,
    links: scope.links.below(step.name, file.keyid),
    parameters: undefined,
    depth: scope.depth + 1,
  };
  return judgeScope(inner, clock);
}

function within(step: Step, finding: Finding): Finding {
  const name = finding.step === undefined ? step.name : `${step.name}/${finding.step}`;
  return { ...finding, severity: 'warning', step: name };
}

/** What goes into the first step and what comes out of the last (in-toto specification §5.2.1). */
function summaryOf(name: string, { steps }: Layout, links: ReadonlyMap<string, CountedLink>): Link {
  const first = links.get(steps[0]?.name ?? '')?.link;
  const last = links.get(steps.at(-1)?.name ?? '')?.link;
  return linkFromJson(
    linkToJson({
      name,
      command: last?.command ?? [],
      materials: first?.materials ?? new Map(),
      products: last?.products ?? new Map(),
      byproducts: last?.byproducts ?? new Map(),
      environment: new Map(),
    }),
  );
}

function judgeStep(
  { step, counted, findings }: CountedStep,
  artifactsOf: ArtifactsOf,
): { readonly verdict: StepVerdict; readonly findings: readonly Finding[] } {
  const [reference] = counted;
  const all = [
    ...findings,
    ...judgeThreshold(step, counted),
    ...commandFindings(step, counted),
    ...(reference === undefined ? [] : ruleFindings(step, reference, artifactsOf)),
  ];
  return { verdict: stepVerdict(step, counted, all), findings: all };
}

/** A layout that was not even looked into. */
function nothing(findings: readonly Finding[]): JudgedScope {
  return { findings, steps: [], links: 0, summary: undefined, pending: [] };
}

function isViolation({ severity }: Finding): boolean {
  return severity === 'violation';
}
