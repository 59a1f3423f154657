import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { Layout, Step } from '../intoto/layout.ts';
import { type Link, linkFromJson } from '../intoto/link.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import { findKey } from '../openpgp/check.ts';
import type { Finding, FindingCode, Person } from './finding.ts';
import { commandFailure } from './link-content.ts';
import type { LinkFile } from './supply-chain-facts.ts';
import { type ChainClock, judgeHolder } from './supply-chain-signature.ts';

/** What somebody authorised for the step signed: a link, or a layout that delegates the step. */
export type SignedFile = {
  readonly file: string;
  readonly signer: Person;
  readonly keyid: string;
  /** What tells the signer from others (`supply-chain-signature.ts`). */
  readonly identity: string;
  /** The signing key's primary key. */
  readonly holder: VerificationKey;
} & (
  | { readonly link: Link; readonly sublayout?: undefined }
  | { readonly link?: undefined; readonly sublayout: Envelope }
);

/** Why a file does not count: a warning, since another may. */
interface Refusal {
  readonly code: FindingCode;
  readonly detail: string;
  readonly signer?: Person | undefined;
}

/** A key that may sign for a step, with the primary key it belongs to. */
interface Authorised {
  readonly keyid: string;
  readonly holder: VerificationKey;
}

export interface SignedFiles {
  readonly signed: readonly SignedFile[];
  readonly findings: readonly Finding[];
}

/** The files of one step that count, in the order of the step's `pubkeys`, and why the others do not. */
export function judgeFiles(
  files: readonly LinkFile[],
  step: Step,
  layout: Layout,
  clock: ChainClock,
): SignedFiles {
  const authorised = authorisedKeys(step, layout);
  const signed: SignedFile[] = [];
  const findings: Finding[] = [];
  for (const file of files) {
    const result = judgeFile(file, step, authorised, clock);
    if (result === undefined) continue;
    if ('file' in result) signed.push(result);
    else findings.push({ severity: 'warning', step: step.name, path: file.file, ...result });
  }
  const rank = ({ keyid }: SignedFile): number => authorised.findIndex((each) => each.keyid === keyid);
  return { signed: signed.sort((one, other) => rank(one) - rank(other)), findings };
}

/** in-toto's rule: a step that names a primary key accepts its subkeys; one that names a subkey accepts only that. */
function authorisedKeys(step: Step, { keys }: Layout): readonly Authorised[] {
  return step.pubkeys.flatMap((keyid) => {
    const holder = findKey(keys, keyid)?.master;
    if (holder === undefined) return [];
    const subkeys = keyid === holder.keyid ? [...holder.subkeys.keys()] : [];
    return [keyid, ...subkeys].map((each) => ({ keyid: each, holder }));
  });
}

/** Undefined for a broken file that nobody authorised could have written: it is nobody's business. */
function judgeFile(
  file: LinkFile,
  step: Step,
  authorised: readonly Authorised[],
  clock: ChainClock,
): SignedFile | Refusal | undefined {
  const named = authorised.filter(({ keyid }) => keyid.startsWith(file.keyidPrefix));
  if (file.envelope === undefined) {
    return named.length === 0 ? undefined : { code: 'malformed-evidence', detail: file.problem };
  }
  let refusal: Refusal = { code: 'unauthorised', detail: 'the layout names no such key for the step' };
  // Eight digits can be two people's; a holder whose subkeys share them is asked once.
  for (const holder of new Set(named.map((each) => each.holder))) {
    const result = judgeHolder(file.envelope, holder, clock);
    if (!('keyid' in result)) refusal = { ...result, signer: clock.keys.person(holder.keyid.toUpperCase()) };
    else if (authorised.some(({ keyid }) => keyid === result.keyid)) {
      return judgeContent(file.envelope, step, {
        file: file.file,
        signer: result.person,
        keyid: result.keyid,
        identity: result.identity,
        holder,
      });
    }
  }
  return refusal;
}

type Signing = Pick<SignedFile, 'file' | 'signer' | 'keyid' | 'identity' | 'holder'>;

function judgeContent(envelope: Envelope, step: Step, signing: Signing): SignedFile | Refusal {
  const { signer } = signing;
  if (envelope.signedType === 'layout') return { ...signing, sublayout: envelope };
  const link = readLink(envelope);
  if (typeof link === 'string') return { code: 'malformed-evidence', detail: link, signer };
  // in-toto never compares the two, so a good link could stand in for any other step of the same person.
  if (link.name !== step.name) return { code: 'wrong-step', detail: `it is a link of ${link.name}`, signer };
  const failure = commandFailure(link);
  if (failure !== undefined) return { code: failure.code, detail: failure.detail ?? '', signer };
  return { ...signing, link };
}

function readLink(envelope: Envelope): Link | string {
  try {
    return linkFromJson(envelope.signed);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
