import { sha256Hex } from '../intoto/digest.ts';
import type { Envelope } from '../intoto/envelope.ts';
import type { Layout } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import { controlOf } from '../layout/control.ts';
import { bindingOf } from '../ledger/binding.ts';
import type { Revocation } from '../ledger/statement.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import { checkSignature } from '../openpgp/check.ts';
import type { Trust } from './facts.ts';
import type { KeyBook } from './key-book.ts';
import { ownersOf } from './layout-trust.ts';

/** A revocation as it was found: whether anybody has to heed it is asked here. */
export interface RevocationLine {
  /** SHA-256 of the line, by which another one may lift it. */
  readonly id: string;
  readonly envelope: Envelope;
  readonly revocation: Revocation;
}

/** By what a revocation is judged: the owners, and the layout that says whose step is whose. */
export interface RevocationCourt {
  readonly layout: Layout;
  readonly keys: KeyBook;
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
}

/** A revocation that somebody who may do so signed, cut down to what they may revoke. */
export interface CountingRevocation {
  readonly id: string;
  readonly revocation: Revocation;
  /** Whether it takes an artifact of this path. */
  readonly covers: (path: string) => boolean;
  /** Whether it takes links of this step that are bound to its commit. */
  readonly coversStep: (step: string) => boolean;
}

interface Signed {
  readonly line: RevocationLine;
  /** Upper-hex primary fingerprint → the key that signed, lower hex. */
  readonly signers: ReadonlyMap<string, string>;
  readonly byOwners: boolean;
}

/**
 * The revocations that count and were not lifted (`product.md` §6.6): owners may revoke anything, a functionary what a
 * step of theirs produces.
 */
export function countingRevocations(
  lines: readonly RevocationLine[],
  court: RevocationCourt,
): readonly CountingRevocation[] {
  const byOwners = ownersRevocations(lines, court);
  const signed = lines.map((line) => {
    return { line, signers: signersOf(line.envelope, court), byOwners: byOwners.has(contentId(line)) };
  });
  const lifted = new Set(signed.filter((each) => isLifted(each, signed)).map(({ line }) => line.id));
  return signed
    .filter(({ line }) => line.revocation.undo === null && !lifted.has(line.id))
    .map((each) => counting(each, court));
}

/** Whether anybody at all had the right to sign this: a line that nobody had to write is no evidence. */
export function isAuthorisedRevocation(
  line: RevocationLine,
  lines: readonly RevocationLine[],
  court: RevocationCourt,
): boolean {
  if (ownersRevocations(lines, court).has(contentId(line))) return true;
  const steps = court.layout.steps.map(({ name }) => name);
  return [...signersOf(line.envelope, court).values()].some((keyid) => {
    return steps.some((step) => isAuthorised(court.layout, step, keyid));
  });
}

/**
 * What each link that does not count for a release contains: it made something revoked, was made from it, or was made
 * from what was made from it, however far away (threat 39).
 */
export function revokedLinks(
  links: readonly Link[],
  revocations: readonly CountingRevocation[],
): ReadonlyMap<Link, string> {
  const tainted = new Map<Link, string>();
  const spoilt = new Set<string>();
  for (let found = true; found; ) {
    found = false;
    for (const link of links) {
      if (tainted.has(link)) continue;
      const because = voided(link, revocations) ?? containing(link, spoilt, revocations);
      if (because === undefined) continue;
      tainted.set(link, because);
      for (const [path, digests] of link.products) spoilt.add(artifactKey(path, digests.get('sha256')));
      found = true;
    }
  }
  return tainted;
}

/** The same statement in several owners' lines, or several signatures in one, make up the owners' threshold. */
function ownersRevocations(
  lines: readonly RevocationLine[],
  { keys, trust, now }: RevocationCourt,
): ReadonlySet<string> {
  const owners = new Map<string, Set<string>>();
  for (const line of lines) {
    const known = owners.get(contentId(line)) ?? new Set();
    for (const owner of ownersOf(line.envelope, keys, trust, now).good.keys()) known.add(owner);
    owners.set(contentId(line), known);
  }
  return new Set([...owners].filter(([, { size }]) => size >= trust.threshold).map(([id]) => id));
}

function contentId({ envelope }: RevocationLine): string {
  return sha256Hex(envelope.signedBytes);
}

/** A key that has ended since may still warn: what it says takes something away, and gives nothing. */
function signersOf(envelope: Envelope, { keys, now }: RevocationCourt): ReadonlyMap<string, string> {
  const signers = new Map<string, string>();
  for (const signature of envelope.signatures) {
    const key = keys.signingKey(signature.keyid);
    const fingerprint = keys.primaryOf(signature.keyid);
    if (key === undefined || fingerprint === undefined) continue;
    const check = checkSignature(key, signature, envelope.signedBytes);
    if (!check.good) continue;
    const problem = keys.problem(signature.keyid, { created: check.created, layoutAge: 0, now });
    if (problem === undefined) signers.set(fingerprint, signature.keyid);
  }
  return signers;
}

function isLifted(target: Signed, all: readonly Signed[]): boolean {
  return all.some(({ line, signers, byOwners }) => {
    if (line.revocation.undo !== target.line.id) return false;
    return byOwners || (!target.byOwners && [...signers.keys()].some((each) => target.signers.has(each)));
  });
}

function counting({ line, signers, byOwners }: Signed, { layout }: RevocationCourt): CountingRevocation {
  const coversStep = (step: string) =>
    byOwners || [...signers.values()].some((keyid) => isAuthorised(layout, step, keyid));
  const control = controlOf(layout);
  return {
    id: line.id,
    revocation: line.revocation,
    coversStep,
    covers: (path) => byOwners || control.stepsOf(path).some(({ step }) => coversStep(step.name)),
  };
}

function voided(link: Link, revocations: readonly CountingRevocation[]): string | undefined {
  const commit = bindingOf(link)?.commit;
  const by = revocations.find(({ revocation, coversStep }) => {
    return revocation.wholeCommit && revocation.commit === commit && coversStep(link.name);
  });
  return by && `commit ${by.revocation.commit}: ${by.revocation.reason}`;
}

function containing(
  link: Link,
  spoilt: ReadonlySet<string>,
  revocations: readonly CountingRevocation[],
): string | undefined {
  const kinds = bindingOf(link)?.kinds;
  for (const [path, digests] of [...link.products, ...link.materials]) {
    // What DVC tracks is revoked by its pointer or by its content.
    const names = [digests.get('sha256'), kinds?.get(path)].filter((name) => name !== undefined);
    const by = revocations.find(({ revocation, covers }) => {
      return names.some((name) => revocation.artifacts.get(path)?.includes(name)) && covers(path);
    });
    if (by !== undefined) return `${path}: ${by.revocation.reason}`;
  }
  const material = [...link.materials].find(([path, digests]) => {
    return spoilt.has(artifactKey(path, digests.get('sha256')));
  });
  return material && `${material[0]}, made from what was revoked`;
}

function artifactKey(path: string, sha256: string | undefined): string {
  return `${path}\0${sha256}`;
}
