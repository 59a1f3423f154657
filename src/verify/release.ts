import { isBelow } from '../artifact/directory.ts';
import type { Step } from '../intoto/layout.ts';
import { directoryOf } from '../layout/control.ts';
import type { CommitJudgment } from './commit-judge.ts';
import type { EffectiveLink } from './effective.ts';
import type { Finding, Person } from './finding.ts';
import type { HistoryJudgment } from './history.ts';
import type { TrustedLayout } from './layout-trust.ts';

export type StepStateName = 'verified' | 'stale' | 'missing' | 'violated' | 'diverged' | 'threshold';

/** How one step stands at REV: `formats.md` §7, `steps`. */
export interface StepVerdict {
  readonly step: string;
  readonly state: StepStateName;
  /** Where the effective link counts. */
  readonly commit: string | undefined;
  readonly carried: boolean;
  readonly signers: readonly Person[];
}

export interface ReleaseJudgment {
  readonly steps: readonly StepVerdict[];
  readonly findings: readonly Finding[];
}

export interface ReleaseQuestion {
  readonly history: HistoryJudgment;
  readonly revision: string;
  /** Judge only these steps (`--for`): all where undefined. */
  readonly only: ReadonlySet<string> | undefined;
  /** Seconds. */
  readonly now: number;
}

/** `product.md` §6-4: the in-toto algorithm at REV, by REV's layout alone, over the effective links. */
export function judgeRelease(question: ReleaseQuestion): ReleaseJudgment {
  const judgment = question.history.commits.get(question.revision);
  const layout = judgment?.inForce.own;
  if (judgment === undefined || layout === undefined) return { steps: [], findings: [] };
  const judged = layout.layout.steps
    .filter(({ name }) => question.only?.has(name) ?? true)
    .map((step) => judgeStep(step, judgment, question));
  return {
    steps: judged.map(({ verdict }) => verdict),
    findings: [...expiry(layout, question), ...judged.flatMap(({ findings }) => findings)],
  };
}

/** The step and all that its MATCH rules reach. */
export function reachOf(step: string, { layout }: TrustedLayout): Set<string> {
  const reached = new Set<string>();
  const open = [step];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const found = layout.steps.find((each) => each.name === name);
    if (found === undefined || reached.has(name)) continue;
    reached.add(name);
    for (const rule of [...found.expectedMaterials, ...found.expectedProducts]) {
      if (rule.type === 'MATCH') open.push(rule.step);
    }
  }
  return reached;
}

/** Of the layout, and of the newest version of the owners: the earlier ones have done their work. */
function expiry({ layout }: TrustedLayout, { revision, now, history }: ReleaseQuestion): Finding[] {
  const { expires, version } = history.owners.get(revision) ?? {};
  const isOver = (milliseconds: number | undefined) =>
    milliseconds !== undefined && milliseconds <= now * 1000;
  const finding = (code: Finding['code'], path: string, milliseconds = 0): Finding => {
    const found = new Date(milliseconds).toISOString().replace('.000Z', 'Z');
    return { code, severity: 'violation', commit: revision, path, found };
  };
  return [
    ...(isOver(layout.expires) ? [finding('layout-expired', '.mlchain/root.layout', layout.expires)] : []),
    ...(isOver(expires) ? [finding('owners-untrusted', `.mlchain/owners/${version}.json`, expires)] : []),
  ];
}

function judgeStep(step: Step, judgment: CommitJudgment, question: ReleaseQuestion) {
  const effective = judgment.effective.get(step.name);
  const findings =
    effective === undefined ? withoutLink(step, question) : withLink(step, effective, judgment, question);
  const verdict: StepVerdict = {
    step: step.name,
    state: stateOf(findings),
    commit: effective?.link.commit,
    carried: effective?.link.carried ?? false,
    signers: effective?.signers.map(({ signer }) => signer) ?? [],
  };
  return { verdict, findings };
}

function stateOf(findings: readonly Finding[]): StepStateName {
  switch (findings.find(({ severity }) => severity === 'violation')?.code) {
    case undefined:
      return 'verified';
    case 'link-missing':
      return 'missing';
    case 'diverged':
      return 'diverged';
    case 'stale':
      return 'stale';
    case 'threshold-unmet':
      return 'threshold';
    default:
      return 'violated';
  }
}

/** Links there are, but none that produced what the tree holds: somebody changed it past the step. */
function withoutLink(step: Step, { history, revision }: ReleaseQuestion): Finding[] {
  const code = history.index.hasAny(step.name, revision) ? 'diverged' : 'link-missing';
  return [
    { code, severity: 'violation', commit: revision, step: step.name },
    ...history.importFindings(step.name, revision),
  ];
}

function withLink(
  step: Step,
  effective: EffectiveLink,
  judgment: CommitJudgment,
  question: ReleaseQuestion,
): Finding[] {
  const { link, signers, ruleProblem } = effective;
  const base = { severity: 'violation', commit: link.commit, step: step.name, signer: link.signer } as const;
  const findings: Finding[] = [];
  // An imported link has no commit of its own at which its rules could have held: it fails them, and that is all.
  if (ruleProblem !== undefined && link.binding === undefined) findings.push({ ...base, ...ruleProblem });
  else if (ruleProblem !== undefined) {
    const { path, expected, found, detail, maker, rules } = ruleProblem;
    const cause = path === undefined ? undefined : lastChange(path, judgment, question);
    findings.push({
      ...base,
      code: 'stale',
      path,
      expected,
      found,
      detail,
      maker,
      rules,
      author: cause?.author,
      commit: cause?.id ?? link.commit,
    });
  }
  if (signers.length < step.threshold) {
    const others = question.history.index
      .at(step.name, link.commit)
      .filter((other) => !signers.includes(other));
    findings.push({
      ...base,
      code: 'threshold-unmet',
      expected: `${step.threshold}`,
      found: `${signers.length}`,
    });
    if (others.some((other) => other.signer.fingerprint !== link.signer.fingerprint)) {
      findings.push({ ...base, severity: 'warning', code: 'links-disagree' });
    }
  }
  return findings;
}

/** The newest commit in REV's history that changed the path: who made the step stale. */
function lastChange(path: string, judgment: CommitJudgment, { history }: ReleaseQuestion) {
  const changing = [...history.commits.values()].filter(({ commit, changed }) => {
    return touches(changed, path) && history.ancestry.isAncestor(commit.id, judgment.commit.id);
  });
  return changing.at(-1)?.commit;
}

/** A directory recorded as one artifact changes with any file in it. */
function touches(changed: ReadonlyMap<string, unknown>, name: string): boolean {
  const directory = directoryOf(name);
  if (directory === undefined) return changed.has(name);
  return [...changed.keys()].some((path) => isBelow(directory, path));
}
