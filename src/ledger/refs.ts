/** Every signer writes one ref below this (`product.md` §5), named by the upper-hex primary fingerprint. */
export const LOCAL_NOTES = 'refs/notes/mlchain/';
/** What was fetched from a remote lies in `<remote>/mlchain/` below this. */
export const TRACKING_NOTES = 'refs/notes/remotes/';
/** What a clone keeps for itself: nobody else has refs below this. */
export const OWN_REFS = 'refs/mlchain/';
/** What this clone has ever seen, of every remote. */
export const SEEN_NAMESPACE = `${OWN_REFS}seen/`;
const TRACKING_MIDDLE = '/mlchain/';

/** OpenPGP v4 has 40 digits; 64 is what a later version has. */
const FINGERPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/;

/** The namespaces in which evidence lies, for a listing of refs. */
export const NOTES_NAMESPACES = [LOCAL_NOTES, TRACKING_NOTES] as const;

export function localRef(signer: string): string {
  return LOCAL_NOTES + signer;
}

/** Where the fetch refspec of `setup.ts` puts what a remote has of a signer. */
export function trackingRef(remote: string, signer: string): string {
  return `${trackingPrefix(remote)}${signer}`;
}

export function trackingPrefix(remote: string): string {
  return `${TRACKING_NOTES}${remote}${TRACKING_MIDDLE}`;
}

/** What this clone has ever seen of a signer at a remote: never rewinds (`product.md` §8). */
export function seenRef(remote: string, signer: string): string {
  return `${seenPrefix(remote)}${signer}`;
}

export function seenPrefix(remote: string): string {
  return `${SEEN_NAMESPACE}${remote}/`;
}

/** Whether a ref is for evidence: local, or fetched from a remote of whatever name (it may hold slashes). */
export function isEvidenceRef(ref: string): boolean {
  return signerPart(ref) !== undefined;
}

/** The primary fingerprint that names an evidence ref; undefined where the name is not one in our form. */
export function signerOf(ref: string): string | undefined {
  const signer = signerPart(ref);
  return signer !== undefined && isFingerprint(signer) ? signer : undefined;
}

/** Upper-case hex: the one spelling in which fingerprints name refs and files. */
export function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text);
}

function signerPart(ref: string): string | undefined {
  if (ref.startsWith(LOCAL_NOTES)) return ref.slice(LOCAL_NOTES.length);
  const middle = ref.lastIndexOf(TRACKING_MIDDLE);
  const isTracking = ref.startsWith(TRACKING_NOTES) && middle >= TRACKING_NOTES.length;
  return isTracking ? ref.slice(middle + TRACKING_MIDDLE.length) : undefined;
}
