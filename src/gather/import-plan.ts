import { unsafeArtifactName } from '../artifact/safe-name.ts';
import { type Envelope, writeEnvelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Content, contentOf } from '../ledger/entry.ts';
import type { LinesByCommit } from '../ledger/note-lines.ts';
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
  const line = foreign.line ?? writeEnvelope(envelope.signed, envelope.signatures);
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
    const known = keyring.find(signature.keyid);
    if (signature.kind !== 'openpgp') {
      problem = `signed by ${signature.keyid}, which is no OpenPGP key: only verify --in-toto judges that`;
    } else if (known === undefined) {
      problem = `signed by ${signature.keyid}, whose certificate is not here`;
    } else {
      const check = checkSignature(known.key, signature, envelope.signedBytes);
      if (check.good) signers.set(known.person.fingerprint, known.person);
      else problem = `the signature of ${signature.keyid} is not good: ${check.reason}`;
    }
  }
  return signers.size > 0 ? [...signers.values()] : problem;
}
