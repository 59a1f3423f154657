import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { walkDirectory } from '../artifact/directory-walk.ts';
import { unsafeName } from '../artifact/safe-name.ts';
import { MlchainError } from '../errors.ts';
import { canonicalize } from '../intoto/canonical.ts';
import type { Artifacts } from '../intoto/digest.ts';
import { writeEnvelopeFile } from '../intoto/envelope.ts';
import { jsonObject } from '../intoto/json.ts';
import { linkToJson } from '../intoto/link.ts';
import type { Signer, SigningKey } from '../openpgp/signer.ts';
import type { CommandRequest } from './child.ts';
import { runCommand } from './child.ts';
import { byproductsOf, failureOf } from './run.ts';

/** What `in-toto-run` is told: files and directories by name, nothing of a repository or a layout. */
export interface LinkFileRequest {
  readonly step: string;
  /** Where the link file goes; made if it is not there. */
  readonly directory: string;
  /** Absolute; `materials`, `products` and the recorded names are relative to it. */
  readonly base: string;
  readonly materials: readonly string[];
  readonly products: readonly string[];
  /** .gitignore patterns, in place of in-toto's defaults. */
  readonly exclude: readonly string[] | undefined;
  /** Taken off the front of names. */
  readonly lstripPaths: readonly string[];
  /** Undefined: the link says that the work was done without a command, as a review is. */
  readonly run: CommandRequest | undefined;
}

export interface LinkFile {
  /** Where it was written. */
  readonly file: string;
  readonly materials: Artifacts;
  readonly products: Artifacts;
}

/**
 * Stands in for `in-toto-run --gpg`: records the materials, runs the command, records the products and writes a signed
 * link file. Stricter than in-toto: what was asked for has to be there, and a command that fails leaves no link.
 * @throws MlchainError
 */
export async function writeLinkFile(request: LinkFileRequest, signer: Signer): Promise<LinkFile> {
  const { step, directory, run } = request;
  const file = path.join(directory, linkFileName(step, signer));
  const materials = record(request, 'materials');
  const end = run && (await runCommand(run));
  const failure = end && failureOf(end, run?.command[0] ?? '');
  if (failure !== undefined) throw failure;
  const products = record(request, 'products');
  const link = linkToJson({
    name: step,
    command: run?.command ?? [],
    materials,
    products,
    byproducts: end === undefined ? jsonObject([]) : byproductsOf(end),
    environment: jsonObject([]),
  });
  const text = writeEnvelopeFile(link, [await signer.sign(canonicalize(link))]);
  await writeWhole(file, text);
  return { file, materials, products };
}

/** `<step>.<first 8 digits of the key id>.link`, as in-toto looks for it. */
export function linkFileName(step: string, { keyid }: SigningKey): string {
  const name = `${step}.${keyid.slice(0, 8)}.link`;
  const problem = step.includes('/') ? 'it holds a slash' : unsafeName(name);
  if (problem === undefined) return name;
  throw new MlchainError('usage', `cannot write a link file named '${name}': ${problem}`);
}

/** in-toto passes over what is not there; but whoever signs said that it would be. */
function record(request: LinkFileRequest, list: 'materials' | 'products'): Artifacts {
  const { base, exclude, lstripPaths } = request;
  const { artifacts, missing } = walkDirectory({ base, paths: request[list], exclude, lstripPaths });
  const [first] = missing;
  if (first === undefined) return artifacts;
  const whose = list === 'materials' ? 'there is no material' : 'the command made no product';
  throw new MlchainError('failed', `${whose} '${first}' in ${base}: no link is made`);
}

async function writeWhole(file: string, text: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  await fs.writeFile(draft, text, { flush: true });
  await fs.rename(draft, file);
}
