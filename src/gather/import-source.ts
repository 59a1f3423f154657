import * as fs from 'node:fs';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { compareCodePoints } from '../intoto/code-point-order.ts';
import { FormatError } from '../intoto/format-error.ts';
import { parseBundle } from '../ledger/bundle.ts';
import { NotABundle } from '../ledger/bundle-header.ts';
import { type Certificate, readCertificates } from '../openpgp/certificate.ts';
import { readForeignFile, readMetadataFile } from './envelope-file.ts';
import type { Foreign } from './import-plan.ts';

/** What `import` was pointed at. */
export interface ImportSource {
  readonly foreign: readonly Foreign[];
  /** Those that came with it: they say whose a key is. */
  readonly certificates: readonly Certificate[];
  /** The commit that a bundle is about. */
  readonly commit: string | undefined;
}

/**
 * A directory of links as in-toto-run leaves them, one such file, or a bundle. Of a directory only `*.link` is read,
 * and what lies deeper is not: sublayouts are for `verify --in-toto`.
 * @throws MlchainError input
 */
export async function readImportSource(named: string): Promise<ImportSource> {
  const stat = statOf(named);
  if (stat.isDirectory()) return directory(named);
  return (await bundle(named)) ?? { foreign: [readLink(named, named)], certificates: [], commit: undefined };
}

function statOf(named: string): fs.Stats {
  try {
    return fs.statSync(named);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MlchainError(
      'input',
      `expected a directory of links or a bundle, found no '${named}' (${code})`,
      {
        cause,
      },
    );
  }
}

function directory(named: string): ImportSource {
  const names = fs.readdirSync(named).filter((name) => name.endsWith('.link'));
  if (names.length === 0) {
    throw new MlchainError('input', `expected links (*.link) in '${named}', found none`);
  }
  const foreign = names.sort(compareCodePoints).map((name) => readLink(name, path.join(named, name)));
  return { foreign, certificates: [], commit: undefined };
}

function readLink(name: string, file: string): Foreign {
  const read = readMetadataFile(file);
  return typeof read === 'string' ? { name, problem: read } : { name, envelope: read };
}

/** Undefined for a file that is no bundle; one that was altered is taken from not at all. */
async function bundle(file: string): Promise<ImportSource | undefined> {
  const data = readForeignFile(file);
  if (typeof data === 'string') throw new MlchainError('input', `${file}: ${data}`);
  try {
    const { header, certificates, evidence } = parseBundle(data);
    return {
      foreign: evidence.map(({ number, envelope, line }) => ({ name: `line ${number}`, envelope, line })),
      certificates: (await Promise.all(certificates.map((armored) => readCertificates(armored)))).flat(),
      commit: header.commit,
    };
  } catch (error) {
    if (error instanceof NotABundle) return undefined;
    if (!(error instanceof FormatError)) throw error;
    throw new MlchainError('input', `${file}: the bundle was altered: ${error.message}`, { cause: error });
  }
}
