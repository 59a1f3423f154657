/**
 * git-mlchain as a library: names only. Everything here is documented where it is defined; whatever is not named here
 * is not for others to use.
 */
export { type ErrorCode, MlchainError } from './errors.ts';
export { type Assessment, type AssessRequest, assess } from './gather/assess.ts';
export { type DirectoryVerification, verifyDirectory } from './gather/in-toto-directory.ts';
export { readTrust, type TrustRequest } from './gather/trust.ts';
export {
  type RepositoryVerdict,
  type RepositoryVerification,
  verifyRepository,
} from './gather/verify-repository.ts';
export { Repository } from './git/repository.ts';
export { canonicalize } from './intoto/canonical.ts';
export { type Envelope, parseEnvelope } from './intoto/envelope.ts';
export { type Layout, layoutFromJson } from './intoto/layout.ts';
export { type Link, linkFromJson } from './intoto/link.ts';
export { type Certificate, readCertificates } from './openpgp/certificate.ts';
export { verdictJson } from './report/verdict-json.ts';
export type { HistoryFacts, Trust } from './verify/facts.ts';
export type { Finding, FindingCode, Verdict } from './verify/finding.ts';
export { type HistoryJudgment, judgeHistory } from './verify/history.ts';
export { judgeRelease, type ReleaseJudgment } from './verify/release.ts';
export type { VerdictReport } from './verify/verdict.ts';
