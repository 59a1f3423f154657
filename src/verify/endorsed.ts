import { toEndorsedSet } from '../artifact/kind.ts';
import { sha256Hex } from '../intoto/digest.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Endorsement } from '../ledger/statement.ts';
import type { Side, Trust } from './facts.ts';
import type { Finding } from './finding.ts';
import type { KeyBook } from './key-book.ts';
import type { Arrivals } from './late-lines.ts';
import { ownersOf } from './layout-trust.ts';

interface Gathered {
  readonly endorsement: Endorsement;
  readonly owners: Set<string>;
}

export interface Endorsed {
  readonly endorsements: readonly Endorsement[];
  readonly findings: readonly Finding[];
}

export interface EndorsedCommit {
  readonly commit: string;
  /** Of the layout in force there, seconds. */
  readonly layoutAge: number;
  /** The owners there, and those of the merges that brought it under a later layout: each have to say so. */
  readonly owners: readonly [Trust, ...Trust[]];
}

interface EndorsementCourt {
  readonly keys: KeyBook;
  readonly arrivals: Arrivals;
  /** Seconds. */
  readonly now: number;
}

/**
 * The endorsements that count at a commit (`product.md` §6.5): the same signed part, signed by the threshold of
 * distinct owners, each in their own notes ref or several in one envelope.
 */
export function endorsementsAt(
  place: EndorsedCommit,
  entries: readonly Entry[],
  court: EndorsementCourt,
): Endorsed {
  const [own, ...later] = place.owners;
  const { counting, findings } = endorsedBy(own, place, entries, court);
  // An owner of former times must not go on endorsing on an old fork (threat 63).
  const others = later.map((trust) => endorsedBy(trust, place, entries, court).counting);
  const agreed = [...counting].filter(([words]) => others.every((each) => each.has(words)));
  return { endorsements: agreed.map(([, endorsement]) => endorsement), findings };
}

/** Endorsements by the SHA-256 of their signed part, as these owners' threshold has signed them. */
function endorsedBy(
  trust: Trust,
  { commit, layoutAge }: EndorsedCommit,
  entries: readonly Entry[],
  { keys, arrivals, now }: EndorsementCourt,
): { readonly counting: ReadonlyMap<string, Endorsement>; readonly findings: readonly Finding[] } {
  const gathered = new Map<string, Gathered>();
  const findings: Finding[] = [];
  for (const entry of entries) {
    if (entry.content.kind !== 'endorsement') continue;
    const { endorsement } = entry.content;
    const refuse = (code: Finding['code'], detail: string) =>
      findings.push({ code, severity: 'warning', commit, signer: keys.person(entry.signer), detail });
    if (endorsement.commit !== commit) {
      refuse('wrong-commit', `an endorsement of ${endorsement.commit}`);
      continue;
    }
    const arrivedAfter = arrivals.of(entry);
    const { good, bad } = ownersOf(entry.envelope, keys, trust, now, { layoutAge, arrivedAfter });
    if (bad.length > 0) refuse('bad-signature', 'an endorsement whose signature does not match its content');
    else if (good.size === 0) refuse('unauthorised', 'an endorsement by somebody who is no pinned owner');
    else if (!good.has(entry.signer)) refuse('foreign-ref', 'an endorsement in the notes of somebody else');
    if (!good.has(entry.signer)) continue;
    const key = sha256Hex(entry.envelope.signedBytes);
    const same = gathered.get(key) ?? { endorsement, owners: new Set() };
    for (const owner of good.keys()) same.owners.add(owner);
    gathered.set(key, same);
  }
  const counting = [...gathered].filter(([, { owners }]) => owners.size >= trust.threshold);
  return { counting: new Map(counting.map(([words, { endorsement }]) => [words, endorsement])), findings };
}

/** Whether an endorsement names the path with exactly that content – a commit id is no file's –, or as rightly gone. */
export function endorses(endorsement: Endorsement, path: string, after: Side | undefined): boolean {
  const said = endorsement.artifacts.get(path);
  if (said === undefined) return false;
  if (said === null || after === undefined) return said === null && after === undefined;
  if (after.artifact === undefined) return false;
  return [...toEndorsedSet(after.artifact)].every(([name, digest]) => said.get(name) === digest);
}
