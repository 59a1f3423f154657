import * as fs from 'node:fs';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { compareCodePoints } from '../intoto/code-point-order.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { JsonParts } from '../intoto/json-parts.ts';
import { sslibIdentity } from '../intoto/sslib-check.ts';
import type { SslibKey } from '../intoto/sslib-key.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { noProgress, type Progress, Steps } from '../progress.ts';
import { verdictOf } from '../verify/finding.ts';
import { verifySupplyChain } from '../verify/supply-chain.ts';
import type { LinkFile, LinkSource } from '../verify/supply-chain-facts.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import { readMetadataFile } from './envelope-file.ts';
import { InspectionPlace } from './inspection-place.ts';

export interface DirectoryVerification {
  /** Where the links lie. */
  readonly directory: string;
  /** The layout's file; default `root.layout` in the directory. */
  readonly layout?: string | undefined;
  /** Certificates of the owners; all of them must have signed, or as many as `ownerThreshold` says. */
  readonly owners: readonly Certificate[];
  readonly ownerThreshold?: number | undefined;
  /** Owners' keys that are not OpenPGP's. One key file may stand for several key objects; each owner is asked once. */
  readonly ownerKeys?: readonly SslibKey[] | undefined;
  /** Certificates of functionaries: for expiry, revocation and names; they authorise nobody. */
  readonly certificates?: readonly Certificate[] | undefined;
  /** The delivered product: inspections run in a copy of it. */
  readonly product: string;
  readonly parameters?: ReadonlyMap<string, string> | undefined;
  /** Seconds since 1970. */
  readonly now: number;
  /** Undefined: inspections are skipped. */
  readonly inspections: { readonly timeoutMs: number } | undefined;
  readonly progress?: Progress | undefined;
}

/** How much of a key id stands in a file's name. */
const KEYID_DIGITS = 8;

/**
 * Verifies an in-toto directory – `root.layout`, `STEP.KEYID8.link`, `STEP.KEYID8/` for sublayouts – as in-toto-verify
 * does, without a repository. A file that cannot be read as a link is a finding, and the others go on counting.
 * @throws MlchainError input when the layout cannot be read.
 */
export async function verifyDirectory(options: DirectoryVerification): Promise<VerdictReport> {
  const file = options.layout ?? path.join(options.directory, 'root.layout');
  const layout = readLayout(file);
  const { owners, ownerKeys = [], inspections } = options;
  const place = inspections && new InspectionPlace(options.product, inspections.timeoutMs);
  try {
    const { findings, steps, links } = await verifySupplyChain({
      layout,
      owners: [...owners.map(({ publicKey }) => publicKey), ...ownerKeys],
      ownerThreshold: options.ownerThreshold ?? owners.length + new Set(ownerKeys.map(sslibIdentity)).size,
      links: new DirectoryLinks(options.directory, new JsonParts(), options.progress),
      certificates: [...owners, ...(options.certificates ?? [])],
      now: options.now,
      parameters: options.parameters,
      inspect: place && ((inspection) => place.inspect(inspection)),
    });
    const checked = { commits: 0, links, signatures: links + layout.signatures.length, cached: 0 };
    return {
      verdict: verdictOf(findings),
      revision: undefined,
      questions: ['release'],
      checked,
      steps,
      findings,
    };
  } finally {
    place?.remove();
  }
}

function readLayout(file: string): Envelope {
  const result = readMetadataFile(file);
  if (typeof result !== 'string') return result;
  throw new MlchainError('input', `${file}: ${result}`, { hint: 'expected a layout signed for in-toto' });
}

/** One directory of links. What it holds is listed once, when first asked for. */
class DirectoryLinks implements LinkSource {
  readonly #directory: string;
  readonly #parts: JsonParts;
  readonly #progress: Progress;
  #steps: Steps | undefined;
  #listed: readonly fs.Dirent[] | undefined;

  constructor(directory: string, parts: JsonParts, progress: Progress = noProgress) {
    this.#directory = directory;
    this.#parts = parts;
    this.#progress = progress;
  }

  async links(step: string): Promise<readonly LinkFile[]> {
    const isLink = ({ name }: fs.Dirent) => name.endsWith('.link');
    this.#steps ??= new Steps(this.#progress, 'links', this.#entries().filter(isLink).length);
    const files: LinkFile[] = [];
    for (const { name: file } of this.#entries()) {
      const keyidPrefix = keyidIn(file, step, '.link');
      if (keyidPrefix === undefined) continue;
      const result = readMetadataFile(path.join(this.#directory, file), this.#parts);
      const place = { file, keyidPrefix };
      files.push(typeof result === 'string' ? { ...place, problem: result } : { ...place, envelope: result });
      await this.#steps.next();
    }
    return files;
  }

  /** A symbolic link is not followed: a directory could then lie within itself for ever. */
  below(step: string, keyid: string): LinkSource {
    const wanted = keyid.slice(0, KEYID_DIGITS);
    const entry = this.#entries().find(
      (each) => each.isDirectory() && keyidIn(each.name, step, '') === wanted,
    );
    return entry === undefined
      ? NO_LINKS
      : new DirectoryLinks(path.join(this.#directory, entry.name), this.#parts, this.#progress);
  }

  /** Only names that are really there are opened: a step called `../x` finds nothing outside (threat 33). */
  #entries(): readonly fs.Dirent[] {
    this.#listed ??= listDirectory(this.#directory);
    return this.#listed;
  }
}

const NO_LINKS: LinkSource = { links: () => Promise.resolve([]), below: () => NO_LINKS };

function listDirectory(directory: string): readonly fs.Dirent[] {
  try {
    return fs
      .readdirSync(directory, { withFileTypes: true })
      .sort((a, b) => compareCodePoints(a.name, b.name));
  } catch (cause) {
    throw new MlchainError('input', `expected a directory of links at ${directory}, found none`, { cause });
  }
}

/** `STEP.KEYID8` + suffix → the eight digits. A step may have dots in its name, and be the beginning of another's. */
function keyidIn(file: string, step: string, suffix: string): string | undefined {
  if (!file.startsWith(`${step}.`) || !file.endsWith(suffix)) return undefined;
  const digits = file.slice(step.length + 1, file.length - suffix.length);
  return /^[0-9a-f]{8}$/.test(digits) ? digits : undefined;
}
