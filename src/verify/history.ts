import { pointerProblem } from '../artifact/dvc/problem.ts';
import type { Artifact } from '../artifact/kind.ts';
import { contentName, endorsedDigest, isPointedAt, isUnexplainable } from '../artifact/kind.ts';
import { hasLoneSurrogate } from '../intoto/json-value.ts';
import type { Control } from '../layout/control.ts';
import type { Entry } from '../ledger/entry.ts';
import { noProgress, type Progress } from '../progress.ts';
import { Ancestry } from './ancestry.ts';
import { boundEntries, CarriedLinks } from './carried.ts';
import type { Checked } from './checked.ts';
import {
  type CommitJudgment,
  type Court,
  judgeCommit,
  recallCommit,
  unboundQuestion,
} from './commit-judge.ts';
import { linkArtifact } from './counting-link.ts';
import type { HistoryFacts, LayoutFacts, Side, Trust } from './facts.ts';
import type { Finding } from './finding.ts';
import { healedCommits } from './healing.ts';
import { type JudgmentOf, laterLayouts, layoutFindings, layoutsInForce } from './in-force.ts';
import { KeyBook } from './key-book.ts';
import { Arrivals } from './late-lines.ts';
import { judgeLayout, type LayoutJudgment } from './layout-trust.ts';
import { LinkIndex } from './link-index.ts';
import { OwnersBook, type OwnersInForce, ownersFindings, ownersInForce } from './owners.ts';
import { lineOf, recalledLinks } from './recall.ts';
import { twinFindings } from './twins.ts';
import { UnboundLinks, unboundFindings } from './unbound.ts';

/** The answer to "is every change in these commits explained by someone allowed to make it?" (`product.md` §6.1). */
export interface HistoryJudgment {
  /** Oldest first. Of a remembered history only the verified commit is listed, as if it had changed nothing. */
  readonly commits: ReadonlyMap<string, CommitJudgment>;
  /** Commits whose uncovered changes a descendant has explained since. */
  readonly healed: ReadonlySet<string>;
  /** Those of a remembered history among them. */
  readonly findings: readonly Finding[];
  readonly checked: Checked;
  /** Of a remembered history only what still matters at its tip: see `Memory.links`. */
  readonly index: LinkIndex;
  readonly carried: CarriedLinks;
  readonly ancestry: Ancestry;
  readonly keys: KeyBook;
  readonly owners: ReadonlyMap<string, OwnersInForce>;
  /** Whether a counting link or endorsement says that an artifact is as given; what is remembered has no say in it. */
  readonly explains: (name: string, artifact: Artifact) => boolean;
  /** Why imported links do not stand in for a step that has no effective link at a commit. */
  readonly importFindings: (step: string, commit: string) => readonly Finding[];
}

/**
 * Steps 1 to 3 of `product.md` §6, in this order: layouts, links oldest first, coverage.
 * @param progress told after each commit
 */
export function judgeHistory(facts: HistoryFacts, progress: Progress = noProgress): HistoryJudgment {
  const { seed } = facts;
  const listed = seed === undefined ? facts.commits : [seed.tip, ...facts.commits];
  const keys = new KeyBook(facts.certificates);
  const book = new OwnersBook(facts.owners ?? [], { keys, trust: facts.trust, now: facts.now });
  const owners = ownersInForce(listed, book);
  const ancestry = new Ancestry(seed === undefined ? listed : [...lineOf(seed), ...facts.commits]);
  const inForce = layoutsInForce(listed, layoutJudge(facts, keys, book, owners));
  const commits = new Map<string, CommitJudgment>();
  const court: Court = {
    ancestry,
    inForce,
    laterLayouts: laterLayouts(listed, inForce, ancestry),
    entriesAt: byObject(facts.evidence),
    carried: new CarriedLinks(boundEntries(facts.evidence), facts.commits, ancestry),
    index: new LinkIndex(ancestry, seed?.memory.steps),
    unbound: new UnboundLinks(facts.evidence, ancestry),
    keys,
    arrivals: new Arrivals(facts.late),
    fitting: facts.fitting,
    trust: facts.trust,
    now: facts.now,
    judged: (commit) => commits.get(commit),
  };
  if (seed !== undefined) {
    for (const link of recalledLinks(seed, keys)) court.index.add(link);
    commits.set(seed.tip.id, recallCommit(seed.tip, court));
  }
  for (const commit of facts.commits) {
    commits.set(commit.id, judgeCommit(commit, court));
    progress('commits', commits.size, listed.length);
  }

  const healed = healedCommits([...commits.values()], ancestry);
  const mended = (commit: string) =>
    facts.commits.some(({ id }) => inForce.get(id)?.own !== undefined && ancestry.isAncestor(commit, id));
  return {
    commits,
    healed,
    owners,
    findings: [
      ...(seed?.memory.warnings ?? []),
      ...ownersFindings(facts.commits, owners, ancestry),
      ...layoutFindings(facts.commits, inForce, mended),
      ...[...commits.values()].flatMap((each) => [...each.findings, ...uncoveredFindings(each, healed)]),
      ...twinFindings([...commits.values()], ancestry, facts),
    ],
    checked: countChecked(facts, [...commits.values()]),
    index: court.index,
    carried: court.carried,
    ancestry,
    keys,
    explains: explainer(court.index, commits),
    importFindings: (step, commit) => importFindings(step, commits.get(commit), court),
  };
}

/** A layout by the owners of the commit that has it: the same file may be one owners' word and no longer the next ones'. */
function layoutJudge(
  { layouts, now }: HistoryFacts,
  keys: KeyBook,
  book: OwnersBook,
  owners: ReadonlyMap<string, OwnersInForce>,
): JudgmentOf {
  const judged = new Map<string, LayoutJudgment>();
  const controls = new Map<string, Control>();
  const judge = (facts: LayoutFacts, trusts: readonly Trust[]): LayoutJudgment | undefined => {
    const judgments = trusts.map((trust) => judgeLayout(facts, keys, trust, now));
    const judgment = judgments.find(({ trusted }) => trusted !== undefined) ?? judgments[0];
    if (judgment?.trusted === undefined) return judgment;
    // What it controls does not depend on who signed it: commits go on sharing what their trees hold.
    const control = controls.get(facts.blob) ?? judgment.trusted.control;
    controls.set(facts.blob, control);
    return { trusted: { ...judgment.trusted, control } };
  };
  return ({ id, layout = '' }) => {
    const file = layouts.get(layout);
    const { version, content, trust } = owners.get(id) ?? {
      version: 0,
      content: undefined,
      trust: undefined,
    };
    const name = `${layout} ${content}`;
    const isFirst = version === 0 || trust === undefined;
    const judgment = judged.get(name) ?? (file && judge(file, isFirst ? book.beforeFirst() : [trust]));
    if (judgment !== undefined) judged.set(name, judgment);
    return judgment;
  };
}

function countChecked({ seed, commits }: HistoryFacts, judgments: readonly CommitJudgment[]): Checked {
  const links = judgments.reduce((sum, judgment) => sum + judgment.links.length, 0);
  if (seed !== undefined) {
    const { checked } = seed.memory;
    return {
      commits: checked.commits + commits.length,
      links: checked.links + links,
      signatures: checked.signatures + links,
      cached: checked.commits,
    };
  }
  const layouts = new Set(judgments.flatMap(({ inForce }) => inForce.own ?? []));
  const signatures = links + [...layouts].reduce((sum, { signers }) => sum + signers.length, 0);
  return { commits: commits.length, links, signatures, cached: 0 };
}

function importFindings(step: string, judgment: CommitJudgment | undefined, court: Court): Finding[] {
  const state = judgment?.state?.step(step);
  const own = judgment?.inForce.own;
  if (judgment === undefined || state === undefined || own === undefined) return [];
  const artifactsOf = (name: string) => judgment.effective.get(name)?.link.link;
  return unboundFindings(unboundQuestion(judgment.commit.id, own, state, artifactsOf, court));
}

function byObject(evidence: readonly Entry[]): (commit: string) => readonly Entry[] {
  const entries = new Map<string, Entry[]>();
  for (const entry of evidence) {
    const list = entries.get(entry.object);
    if (list === undefined) entries.set(entry.object, [entry]);
    else list.push(entry);
  }
  return (commit) => entries.get(commit) ?? [];
}

function uncoveredFindings(judgment: CommitJudgment, healed: ReadonlySet<string>): Finding[] {
  const { commit, uncovered, state } = judgment;
  const isHealed = healed.has(commit.id);
  return uncovered.map(({ path, before, after }) => ({
    code: uncoveredCode(path, after),
    severity: isHealed ? 'warning' : 'violation',
    commit: commit.id,
    author: commit.author,
    path,
    step: state?.control.stepsOf(path)[0]?.step.name,
    expected: before?.artifact && digestText(before.artifact),
    found: after?.artifact && digestText(after.artifact),
    detail: isHealed ? 'explained by a later commit' : after?.artifact && pointerProblem(after.artifact.kind),
  }));
}

/** A symbolic link, an output of DVC that nobody can tell, or a name that no link can carry, can never be explained (threat 37). */
function uncoveredCode(path: string, after: Side | undefined): Finding['code'] {
  if (hasLoneSurrogate(path)) return 'invalid-name';
  const isRefused = after?.artifact !== undefined && isUnexplainable(after.artifact.kind);
  return isRefused ? 'artifact-mismatch' : 'uncovered';
}

/** As findings give the digest of a file. */
export function digestText(artifact: Artifact): string {
  const { kind, digest } = artifact;
  if (isPointedAt(artifact)) return digest;
  return `${kind === 'submodule' ? 'commit:' : 'sha256:'}${digest}`;
}

/** Made when first asked: only the recorder asks, and then about every product it is about to sign. */
function explainer(index: LinkIndex, commits: ReadonlyMap<string, CommitJudgment>) {
  let explained: Set<string> | undefined;
  return (name: string, artifact: Artifact): boolean => {
    explained ??= new Set([...explainedByLinks(index), ...explainedByOwners(commits)]);
    const { kind, digest } = artifact;
    const own = isPointedAt(artifact) ? contentName(artifact) : `${kind}\0${digest}`;
    return explained.has(`${name}\0${own}`) || explained.has(`${name}\0*\0${digest}`);
  };
}

function* explainedByLinks(index: LinkIndex): Iterable<string> {
  for (const { link, binding } of index.all()) {
    for (const [name, digests] of link.products) {
      const artifact = linkArtifact(digests, binding, name);
      if (artifact === undefined) continue;
      yield `${name}\0${artifact.kind}\0${artifact.digest}`;
      yield `${name}\0${contentName(artifact)}`;
    }
  }
}

function* explainedByOwners(commits: ReadonlyMap<string, CommitJudgment>): Iterable<string> {
  for (const { endorsements } of commits.values()) {
    for (const { artifacts } of endorsements) {
      for (const [name, digests] of artifacts) yield `${name}\0*\0${endorsedDigest(digests) ?? ''}`;
    }
  }
}
