import { MlchainError } from '../errors.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Bundle, parseBundle } from '../ledger/bundle.ts';
import { NotABundle } from '../ledger/bundle-header.ts';
import { type Certificate, readCertificates } from '../openpgp/certificate.ts';
import { judgeBundle } from '../verify/bundle.ts';
import type { Delivered } from '../verify/delivered.ts';
import type { Trust } from '../verify/facts.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import { readForeignFile } from './envelope-file.ts';

export interface BundleQuestion {
  readonly trust: Trust;
  readonly delivered: readonly Delivered[];
  /** Seconds. */
  readonly now: number;
}

/** @throws MlchainError input where there is no such file, or it is no bundle at all */
export async function verifyBundleFile(file: string, question: BundleQuestion): Promise<VerdictReport> {
  const data = readForeignFile(file);
  if (typeof data === 'string') throw new MlchainError('input', `${file}: ${data}`);
  return await verifyBundle(data, question);
}

/** A bundle that was altered since it was written is a violation, wherever that was; no part of it counts. */
export async function verifyBundle(data: Buffer, question: BundleQuestion): Promise<VerdictReport> {
  try {
    const bundle = parseBundle(data);
    return await judgeBundle({ ...question, bundle, certificates: await certificatesIn(bundle) });
  } catch (error) {
    if (!(error instanceof FormatError) || error instanceof NotABundle) throw error;
    return altered(error.message);
  }
}

/** The bundle itself, and the certificates in it, judged. @throws FormatError */
async function certificatesIn({ certificates }: Bundle): Promise<readonly Certificate[]> {
  try {
    return (await Promise.all(certificates.map((armored) => readCertificates(armored)))).flat();
  } catch (error) {
    if (error instanceof MlchainError && error.code === 'input') {
      throw new FormatError(`a certificate: ${error.message}`);
    }
    throw error;
  }
}

function altered(detail: string): VerdictReport {
  return {
    verdict: 'violated',
    revision: undefined,
    questions: ['release'],
    checked: { commits: 0, links: 0, signatures: 0, cached: 0 },
    steps: [],
    findings: [{ code: 'malformed-evidence', severity: 'violation', detail }],
  };
}
