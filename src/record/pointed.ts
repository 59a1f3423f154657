import * as path from 'node:path/posix';
import { ArtifactError } from '../artifact/artifact-error.ts';
import { directoryArtifactName } from '../artifact/directory.ts';
import type { DvcContent } from '../artifact/dvc/contents.ts';
import { DvcContents, dvcOutput } from '../artifact/dvc/contents.ts';
import { HashCache } from '../artifact/dvc/hash-cache.ts';
import type { Artifact, Listing } from '../artifact/kind.ts';
import { isPointedAt } from '../artifact/kind.ts';
import type { Repository } from '../git/repository.ts';
import { Ledger } from '../ledger/ledger.ts';
import { Seal } from '../user/seal.ts';
import type { Work } from './compose.ts';
import type { Explained, RecordingContext } from './context.ts';
import type { Files } from './patterns.ts';
import type { Pending } from './pending.ts';

/**
 * The work with a SHA-256 for every output of DVC: of its content, if that is here and has the MD5 of the pointer; else
 * the one that a link which counts has signed for the very same pointer.
 * @param commit whose history may know it
 * @throws ArtifactError where the content is not here, or is another one
 */
export async function withContents(context: RecordingContext, commit: string, work: Work): Promise<Work> {
  const pointed = [...work.materials, ...work.products].filter(([, artifact]) => isPointedAt(artifact));
  if (pointed.length === 0) return work;
  const contents = contentsIn(context.repo);
  const digests = new Map<string, Artifact>();
  for (const [name, artifact] of pointed) {
    digests.set(keyOf(name, artifact), await resolve(context, commit, contents, name, artifact));
  }
  const resolved = (listing: Listing): Listing =>
    new Map([...listing].map(([name, artifact]) => [name, digests.get(keyOf(name, artifact)) ?? artifact]));
  return { materials: resolved(work.materials), products: resolved(work.products) };
}

function keyOf(name: string, { kind }: Artifact): string {
  return `${name}\0${kind}`;
}

async function resolve(
  context: RecordingContext,
  commit: string,
  contents: DvcContents,
  name: string,
  { kind }: Artifact,
): Promise<Artifact> {
  const output = dvcOutput(name);
  const found = contents.find(output, kind);
  if (found.state === 'here') return { kind, digest: found.content.sha256 };
  const signed = await signedBefore(context, commit, name, kind);
  if (signed !== undefined) return signed;
  const md5 = kind.slice('dvc:'.length);
  if (found.state === 'absent') {
    throw new ArtifactError(
      'object-missing',
      output,
      `expected the content of '${output}' with the md5 ${md5}, found it neither in the work tree nor in DVC's cache`,
      "'dvc pull' brings it",
    );
  }
  throw new ArtifactError(
    'content-differs',
    output,
    `expected '${output}' with the md5 ${md5} that its pointer names, found ${found.found}`,
    "'dvc checkout' brings the former, 'dvc add' or 'dvc commit' points at what is there",
  );
}

/** What somebody who had the data signed for it, and the judge takes for good. */
async function signedBefore(
  { repo, explainedIn }: RecordingContext,
  commit: string,
  name: string,
  kind: Artifact['kind'],
): Promise<Artifact | undefined> {
  const ledger = await Ledger.read(repo);
  let explained: Explained | undefined;
  for (const place of ledger.commits()) {
    for (const { content } of ledger.entriesFor(place)) {
      if (content.kind !== 'link' || content.binding?.kinds.get(name) !== kind) continue;
      const digest = content.link.products.get(name)?.get('sha256');
      if (digest === undefined) continue;
      explained ??= await explainedIn([commit]);
      if (explained(name, { kind, digest })) return { kind, digest };
    }
  }
  return undefined;
}

/**
 * A run sees files; whether DVC tracks them is only said afterwards, by `dvc add`. Where the tree points at just the
 * content that the run left, its files become the output that they are.
 */
export function adoptPointed(repo: Repository, pending: Pending, tree: Files): Pending {
  const pointed = [...tree].filter(([, artifact]) => isPointedAt(artifact));
  if (pointed.length === 0) return pending;
  const contents = contentsIn(repo);
  let { materials, products } = pending;
  for (const [output, { kind }] of pointed) {
    const names = [...materials.keys(), ...products.keys()];
    const base = output.endsWith('/') ? output : undefined;
    const isNamed = names.some((name) => dvcOutput(name) === output || (base && name.startsWith(base)));
    const found = isNamed ? contents.find(output, kind) : undefined;
    if (found?.state !== 'here') continue;
    materials = adopt(materials, output, kind, found.content);
    products = withIgnores(adopt(products, output, kind, found.content), output, tree);
  }
  return { ...pending, materials, products };
}

function adopt(recorded: Files, output: string, kind: Artifact['kind'], content: DvcContent): Listing {
  const artifact: Artifact = { kind, digest: content.sha256 };
  const adopted: Listing = new Map(recorded);
  const whole = [output, directoryArtifactName(output.replace(/\/$/, ''))];
  for (const name of whole) if (recorded.get(name)?.digest === content.sha256) adopted.set(name, artifact);
  if (content.files === undefined) return adopted;
  const files = [...content.files.keys()].map((relpath) => output + relpath);
  const isSame = files.every(
    (file) => recorded.get(file)?.digest === content.files.get(file.slice(output.length))?.sha256,
  );
  if (files.length === 0 || !isSame) return adopted;
  for (const file of files) adopted.delete(file);
  return adopted.set(output, artifact);
}

/** What `dvc add` writes beside an output that a run has made, so that git does not track it as well. */
function withIgnores(products: Listing, output: string, tree: Files): Listing {
  const name = path.join(path.dirname(output), '.gitignore');
  const ignores = tree.get(name);
  return ignores === undefined || !products.has(output) ? products : new Map([...products, [name, ignores]]);
}

function contentsIn(repo: Repository): DvcContents {
  const cache = new HashCache(repo.commonDir, Seal.open(repo.env));
  return new DvcContents(repo, (file) => cache.hash(file));
}
