import { isPointedAt } from '../artifact/kind.ts';
import type { Recorder } from '../ledger/binding.ts';
import type { CommitJudgment } from './commit-judge.ts';
import { coverOf } from './coverage.ts';
import type { CommitFacts } from './facts.ts';
import type { FindingCode, Person } from './finding.ts';
import type { HistoryJudgment } from './history.ts';
import type { LinkStanding } from './link-standing.ts';

/**
 * How a commit stands in the log (`formats.md` §7); `plain` changes no controlled path, `unknown` is said of all where
 * the clone lacks something that the judge must see.
 */
export type LogState = 'verified' | 'carried' | 'endorsed' | 'healed' | 'violated' | 'plain' | 'unknown';

export interface LogLink {
  readonly step: string;
  readonly signer: Person;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly recorded: string;
  readonly recorder: Recorder;
  /** Why the link does not count, if it does not. */
  readonly state: 'verified' | 'carried' | FindingCode;
  readonly products: readonly string[];
  readonly materials: readonly string[];
}

export interface LogChange {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted';
  /** Of what is there now; null where it was deleted. */
  readonly sha256: string | null;
}

/** One commit of `git mlchain log`, as data: all strings but the states may be foreign. */
export interface LogEntry {
  readonly commit: string;
  readonly subject: string;
  /** `Name <email>` */
  readonly author: string;
  /** Committer time, seconds. */
  readonly time: number;
  readonly state: LogState;
  readonly links: readonly LogLink[];
  readonly controlled: readonly LogChange[];
}

export function logEntry(judgment: CommitJudgment, history: Pick<HistoryJudgment, 'healed'>): LogEntry {
  const { commit, changed } = judgment;
  return {
    commit: commit.id,
    subject: commit.subject,
    author: commit.author,
    time: commit.time,
    state: stateOf(judgment, history),
    links: judgment.links.map(logLink),
    controlled: [...changed.values()].map(({ path, before, after }) => ({
      path,
      change: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified',
      sha256: after?.artifact === undefined || isPointedAt(after.artifact) ? null : after.artifact.digest,
    })),
  };
}

/** A commit of a history that cannot be judged here. */
export function unjudgedEntry(commit: Pick<CommitFacts, 'id' | 'subject' | 'author' | 'time'>): LogEntry {
  const { id, subject, author, time } = commit;
  return { commit: id, subject, author, time, state: 'unknown', links: [], controlled: [] };
}

function stateOf(judgment: CommitJudgment, { healed }: Pick<HistoryJudgment, 'healed'>): LogState {
  const { commit, changed, uncovered, inForce, links, endorsements, state } = judgment;
  if (inForce.refusal !== undefined || inForce.missing) return 'violated';
  if (uncovered.length > 0) return healed.has(commit.id) ? 'healed' : 'violated';
  const counting = links.flatMap((link) => link.counting ?? []);
  if (state === undefined || (changed.size === 0 && counting.length === 0)) return 'plain';
  const given = { state, links: counting, endorsements };
  const covers = new Set([...changed.values()].map(({ path, after }) => coverOf(path, after, given)));
  if (covers.has('endorsement')) return 'endorsed';
  return covers.has('carried') ? 'carried' : 'verified';
}

function logLink({ link, signer, counting, findings, binding }: LinkStanding): LogLink {
  return {
    step: link.name,
    signer,
    recorded: binding.recorded,
    recorder: binding.recorder,
    state:
      counting === undefined
        ? (findings[0]?.code ?? 'bad-signature')
        : counting.carried
          ? 'carried'
          : 'verified',
    products: [...link.products.keys()],
    materials: [...link.materials.keys()],
  };
}
