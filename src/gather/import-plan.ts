import { unsafeArtifactName } from '../artifact/safe-name.ts';
import { type Envelope, respellEnvelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { AnySignature } from '../intoto/signature.ts';
import { checkSslibSignature } from '../intoto/sslib-check.ts';
import { type Content, contentOf } from '../ledger/entry.ts';
import type { LinesByCommit } from '../ledger/note-lines.ts';
import { isFingerprint } from '../ledger/refs.ts';
import { checkSignature } from '../openpgp/check.ts';
import type { Person } from '../verify/finding.ts';
import type { Keyring } from './keyring.ts';

/** Something that somebody signed elsewhere, or why it cannot be read. */
export type Foreign = {
  /** What to call it: a file, or a line of one. */
  readonly name: string;
} & (
  | {
      readonly envelope: Envelope /** As it is to lie in a note; undefined: in our spelling. */;
      readonly line?: string;
    }
  | { readonly envelope?: undefined; readonly problem: string }
);

/** A line for the notes of whoever signed it. */
export interface ImportedLine {
  readonly name: string;
  readonly kind: 'link' | 'endorsement' | 'revocation';
  /** Of a link. */
  readonly step: string | undefined;
  /** Whether the link names the commit it was made for. */
  readonly isBound: boolean;
  readonly signer: Person;
  readonly commit: string;
  readonly line: string;
}

export interface RefusedImport {
  readonly name: string;
  readonly problem: string;
}

export interface ImportPlan {
  readonly lines: readonly ImportedLine[];
  readonly refused: readonly RefusedImport[];
}

export interface ImportPlace {
  readonly keyring: Keyring;
  /** Where a link goes that names no commit. */
  readonly at: string;
  /** Hex digits of an object id here. */
  readonly idLength: number;
}

/**
 * Decides where everything goes; writes nothing. Only what a known key has signed is taken, and only into the notes of
 * that key's owner: whoever imports speaks for nobody (threat 8).
 */
export function planImport(foreign: readonly Foreign[], place: ImportPlace): ImportPlan {
  const lines: ImportedLine[] = [];
  const refused: RefusedImport[] = [];
  for (const each of foreign) {
    const found = planOne(each, place);
    if (typeof found === 'string') refused.push({ name: each.name, problem: found });
    else lines.push(...found);
  }
  return { lines, refused };
}

/** The lines of a plan as the ledger takes them: signer → commit → lines. */
export function linesBySigner({ lines }: ImportPlan): ReadonlyMap<string, LinesByCommit> {
  const bySigner = new Map<string, Map<string, string[]>>();
  for (const { signer, commit, line } of lines) {
    const commits = bySigner.get(signer.fingerprint) ?? new Map<string, string[]>();
    commits.set(commit, [...(commits.get(commit) ?? []), line]);
    bySigner.set(signer.fingerprint, commits);
  }
  return bySigner;
}

function planOne(foreign: Foreign, place: ImportPlace): readonly ImportedLine[] | string {
  if (foreign.envelope === undefined) return foreign.problem;
  const { name, envelope } = foreign;
  const content = readContent(envelope);
  if (typeof content === 'string') return content;
  const { kind } = content;
  if (kind === 'unknown') return `expected a link, an endorsement or a revocation, found '${content.type}'`;
  const unsafe = kind === 'link' ? unsafeNameIn(content) : undefined;
  if (unsafe !== undefined) return unsafe;
  const commit = commitOf(content) ?? place.at;
  if (commit.length !== place.idLength) return `it is for ${commit}, a commit of another kind of repository`;
  const signers = originalSigners(envelope, place.keyring);
  if (typeof signers === 'string') return signers;
  const line = foreign.line ?? respellEnvelope(envelope);
  const step = kind === 'link' ? content.link.name : undefined;
  const isBound = kind !== 'link' || content.binding !== undefined;
  return signers.map((signer) => ({ name, kind, step, isBound, signer, commit, line }));
}

function readContent(envelope: Envelope): Content | string {
  try {
    return contentOf(envelope);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

function commitOf(content: Content): string | undefined {
  switch (content.kind) {
    case 'link':
      return content.binding?.commit;
    case 'endorsement':
      return content.endorsement.commit;
    case 'revocation':
      return content.revocation.commit;
    case 'unknown':
      return undefined;
  }
}

/** in-toto records what it is told to, `../x` and `/etc/x` too; no repository has a file of such a name (threat 33). */
function unsafeNameIn({ link }: Content & { kind: 'link' }): string | undefined {
  for (const name of [...link.materials.keys(), ...link.products.keys()]) {
    const why = unsafeArtifactName(name);
    if (why !== undefined) return `invalid-name: ${JSON.stringify(name)}: ${why}`;
  }
  return undefined;
}

/** Everybody whose good signature it carries; in words, why it carries none that can be checked here. */
function originalSigners(envelope: Envelope, keyring: Keyring): readonly Person[] | string {
  const signers = new Map<string, Person>();
  let problem = 'it carries no signature';
  for (const signature of envelope.signatures) {
    const signer = signerOf(signature, envelope, keyring);
    if (typeof signer === 'string') problem = signer;
    else signers.set(signer.fingerprint, signer);
  }
  return signers.size > 0 ? [...signers.values()] : problem;
}

function signerOf(signature: AnySignature, { signedBytes }: Envelope, keyring: Keyring): Person | string {
  const { keyid } = signature;
  const known = keyring.find(keyid);
  if (known === undefined) {
    return signature.kind === 'openpgp'
      ? `signed by ${keyid}, whose certificate is not here`
      : `signed by ${keyid}, which is no OpenPGP key, and which no layout in force names`;
  }
  if (!isFingerprint(known.person.fingerprint)) {
    return `signed by ${keyid}: expected a key id of 40 or 64 digits, by which notes are named`;
  }
  const check =
    known.key.kind === 'sslib' && signature.kind === 'sslib'
      ? checkSslibSignature(known.key, signature, signedBytes)
      : checkSignature(known.key, signature, signedBytes);
  return check.good ? known.person : `the signature of ${keyid} is not good: ${check.reason}`;
}
