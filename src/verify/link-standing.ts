import type { Layout } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import type { Binding } from '../ledger/binding.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { CountingLink } from './counting-link.ts';
import type { CommitFacts } from './facts.ts';
import type { Finding, Person } from './finding.ts';
import type { KeyBook } from './key-book.ts';
import type { Arrivals } from './late-lines.ts';
import type { TrustedLayout } from './layout-trust.ts';
import {
  type ArtifactsOf,
  type ContentProblem,
  commandFailure,
  productMismatch,
  ruleProblem,
} from './link-content.ts';
import { judgeSigner, type SignerProblem } from './link-signer.ts';
import type { TreeState } from './tree-state.ts';

/** A link on a commit, and whether it counts there. */
export interface LinkStanding {
  readonly entry: Entry;
  readonly link: Link;
  readonly binding: Binding;
  readonly signer: Person;
  readonly counting: CountingLink | undefined;
  /** Why it does not count, or what is odd about it although it does. */
  readonly findings: readonly Finding[];
}

/** A link that is asked about at a commit: bound to it, or carried to it. */
export interface LinkQuestion {
  readonly entry: Entry;
  readonly link: Link;
  readonly binding: Binding;
  readonly carried: boolean;
  /** A path that was brought back to content this history held before. */
  readonly replayed?: string | undefined;
}

/** Where it is to count. */
export interface Place {
  readonly commit: CommitFacts;
  readonly layouts: readonly [TrustedLayout, ...TrustedLayout[]];
  readonly state: TreeState;
  readonly keys: KeyBook;
  readonly arrivals: Arrivals;
  readonly fitting: Fitting | undefined;
  readonly now: number;
  readonly strict: boolean;
  readonly artifactsOf: ArtifactsOf;
}

type Problem = ContentProblem & Partial<Pick<SignerProblem, 'fingerprint'>>;

/** `product.md` §6-2, in its order: step, signer, commit, products, command, rules. The first that fails is told. */
export function judgeLink(question: LinkQuestion, place: Place): LinkStanding {
  const { entry, link, binding, carried } = question;
  const { commit, layouts, keys, arrivals, fitting, now, state, artifactsOf } = place;
  const step = layouts[0].layout.steps.find(({ name }) => name === link.name);
  const signer = keys.person(entry.signer);
  const refuse = (problem: Problem): LinkStanding => ({
    entry,
    link,
    binding,
    signer: problem.fingerprint === undefined ? signer : keys.person(problem.fingerprint),
    counting: undefined,
    findings: [toFinding(problem, commit, link.name, keys.person(problem.fingerprint ?? entry.signer))],
  });
  if (step === undefined) {
    return refuse({ code: 'wrong-step', detail: 'the layout in force has no step of this name' });
  }
  const signed = judgeSigner({
    envelope: entry.envelope,
    ref: entry.signer,
    step: step.name,
    layouts,
    keys,
    arrivedAfter: arrivals.of(entry),
    fitting,
    now,
  });
  if (!('keyid' in signed)) return refuse(signed);
  const problem =
    placeProblem(question, place) ??
    productMismatch(link, binding, state, commit) ??
    commandFailure(link) ??
    ruleProblem(link, step, artifactsOf);
  if (problem !== undefined) return refuse(problem);
  const counting: CountingLink = {
    entry,
    link,
    binding,
    step: step.name,
    commit: commit.id,
    carried,
    signer,
    keyid: signed.keyid,
    created: signed.created,
  };
  const findings = commandDiffers(link, layouts[0].layout)
    ? [toFinding({ code: 'command-differs', detail: 'not the expected_command' }, commit, link.name, signer)]
    : [];
  return { entry, link, binding, signer, counting, findings };
}

function placeProblem(question: LinkQuestion, { commit, strict }: Place): Problem | undefined {
  const { binding, carried, replayed, entry } = question;
  if (carried) {
    if (replayed !== undefined) {
      return { code: 'replay', path: replayed, detail: `a link made for ${binding.commit}` };
    }
    return strict
      ? { code: 'wrong-commit', detail: `carried from ${binding.commit}; --strict refuses that` }
      : undefined;
  }
  const bound =
    entry.object === commit.id &&
    binding.commit === commit.id &&
    binding.tree === commit.tree &&
    binding.parents.join() === commit.parents.join();
  return bound ? undefined : { code: 'wrong-commit', detail: `made for ${binding.commit}` };
}

/** in-toto only warns of another command; so do we (§6-2). */
function commandDiffers(link: Link, layout: Layout): boolean {
  const expected = layout.steps.find(({ name }) => name === link.name)?.expectedCommand ?? [];
  if (expected.length === 0 || link.command.length === 0) return false;
  return JSON.stringify(expected) !== JSON.stringify(link.command);
}

function toFinding(problem: Problem, commit: CommitFacts, step: string, signer: Person): Finding {
  const { code, path, expected, found, detail, maker, rules } = problem;
  return {
    code,
    severity: 'warning',
    commit: commit.id,
    author: commit.author,
    step,
    signer,
    path,
    expected,
    found,
    detail,
    maker,
    rules,
  };
}
