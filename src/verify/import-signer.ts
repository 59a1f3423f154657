import type { SslibSignature } from '../intoto/signature.ts';
import { checkSslibSignature, sslibIdentity } from '../intoto/sslib-check.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import { findKey } from '../openpgp/check.ts';
import { judgeSigner, type SignerProblem, type SignerQuestion } from './link-signer.ts';

/** Who stands behind an imported link. */
export interface ImportSigner {
  readonly keyid: string;
  /** What tells people apart: one certificate is one person, and so is one key under two key ids. */
  readonly identity: string;
  /** Seconds; undefined for in-toto's own keys, whose signatures say nothing of their time. */
  readonly created: number | undefined;
}

/**
 * Besides OpenPGP's, keys of in-toto's own form may sign what is imported: they have no expiry and nobody can revoke
 * them but the owners, by another layout. So it does not matter when they signed – for a link that explains no change.
 */
export function judgeImportSigner(question: SignerQuestion): ImportSigner | SignerProblem {
  let problem = judgeSigner(question);
  if ('keyid' in problem) return { ...problem, identity: problem.fingerprint };
  for (const signature of question.envelope.signatures) {
    if (signature.kind !== 'sslib') continue;
    const result = judgeSslib(signature, question);
    if ('identity' in result) return result;
    problem = result;
  }
  return problem;
}

function judgeSslib(signature: SslibSignature, question: SignerQuestion): ImportSigner | SignerProblem {
  const { envelope, layouts, ref, step } = question;
  const { keyid } = signature;
  const key = findKey(layouts[0].layout.keys, keyid)?.key;
  const isNamed = layouts.every(({ layout }) => isAuthorised(layout, step, keyid));
  if (key?.kind !== 'sslib' || !isNamed) {
    return { code: 'unauthorised', detail: 'the layout does not name this key for the step' };
  }
  if (keyid.toUpperCase() !== ref) return { code: 'foreign-ref', detail: `it lies in the notes of ${ref}` };
  const check = checkSslibSignature(key, signature, envelope.signedBytes);
  if (!check.good) return { code: check.code, detail: check.reason };
  return { keyid, identity: sslibIdentity(key), created: undefined };
}
