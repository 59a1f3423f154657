import type { RepositoryReader } from '../git/reader.ts';
import type { TreeEntry } from '../git/tree.ts';
import { sha256Hex } from '../intoto/digest.ts';
import type { Progress } from '../progress.ts';
import { noProgress, Steps } from '../progress.ts';
import { Seal } from '../user/seal.ts';
import { expectArtifactName } from './artifact-name.ts';
import { digestBlobs } from './blob-digests.ts';
import type { BlobDigest } from './digest-cache.ts';
import { DigestCache } from './digest-cache.ts';
import { POINTED } from './dvc/reader.ts';
import { DvcTrees } from './dvc/trees.ts';
import type { Artifact, ArtifactKind, Listing } from './kind.ts';
import { pointedAt } from './kind.ts';
import { ListingMemory } from './listing-memory.ts';
import { missingContent } from './missing-content.ts';

const SYMLINK = '120000';
const SUBMODULE = '160000';

/** Turns what a tree names into artifacts, hashing each blob once in the life of the clone. */
export class Digester {
  readonly #repo: RepositoryReader;
  readonly #cache: DigestCache;
  /** What stands in no tree. */
  readonly dvc: DvcTrees;
  readonly listings: ListingMemory;

  readonly progress: Progress;

  /** @param remembers whether what was hashed in another run is believed, and what is hashed now kept for the next */
  constructor(repo: RepositoryReader, remembers = true, progress: Progress = noProgress) {
    this.progress = progress;
    this.#repo = repo;
    // What can only be read takes no note of what was read.
    const seal = remembers && repo.git !== undefined ? Seal.open(repo.env) : undefined;
    this.#cache = new DigestCache(repo.commonDir, seal);
    this.dvc = new DvcTrees(repo);
    this.listings = new ListingMemory(repo.commonDir, seal);
  }

  /**
   * @throws ArtifactError for a name that is not UTF-8 and for content that is not in this clone. All entries are
   * digested before that, so that a second attempt after a fetch starts where this one ended.
   */
  async digestEntries(entries: Iterable<readonly [string, TreeEntry]>): Promise<Listing> {
    const named = [...entries].map(([path, entry]) => [expectArtifactName(path), entry] as const);
    await this.prepare(named.map(([, entry]) => entry));
    const listing: Listing = new Map();
    for (const [path, entry] of named) {
      const known =
        entry.mode === SYMLINK || entry.mode === SUBMODULE ? undefined : this.#cache.get(entry.id);
      listing.set(path, known ?? (await this.artifactOf(path, entry)));
    }
    return listing;
  }

  /** Digests what is not known yet, all by one child: {@link artifactOf} then finds it. */
  async prepare(entries: Iterable<TreeEntry>): Promise<void> {
    await this.#digestBlobs(new Set([...entries].filter(hasContent).map(({ id }) => id)));
  }

  /** What an entry is, once it is {@link prepare}d. @throws ArtifactError where its content is not in this clone. */
  async artifactOf(path: string, entry: TreeEntry): Promise<Artifact> {
    if (entry.mode === POINTED) return pointedAt(entry.id as ArtifactKind);
    if (entry.mode === SUBMODULE) return { kind: 'submodule', digest: entry.id };
    if (entry.mode === SYMLINK) return { kind: 'symlink', digest: await this.#digestTarget(path, entry.id) };
    return this.#cache.get(entry.id) ?? missingContent(path, entry.id);
  }

  /** Whether no blob at all is known. */
  get isNew(): boolean {
    return this.#cache.isEmpty;
  }

  /** What is known of a blob without reading it. */
  known(blobId: string): BlobDigest | undefined {
    return this.#cache.get(blobId);
  }

  /** Takes over a digest that was found by other means: the caller has seen that content and id belong together. */
  remember(blobId: string, digest: BlobDigest): BlobDigest {
    this.#cache.add(blobId, digest);
    return digest;
  }

  /** Writes what was learnt to the git directory. */
  save(): void {
    this.#cache.save();
    this.listings.save();
  }

  /** A link's target is text whatever it looks like: one that reads like a pointer stands for nothing else. */
  async #digestTarget(path: string, blobId: string): Promise<string> {
    const object = await this.#repo.objects.read(blobId);
    return object === undefined ? missingContent(path, blobId) : sha256Hex(object.data);
  }

  async #digestBlobs(ids: ReadonlySet<string>): Promise<void> {
    const unknown = [...ids].filter((id) => this.#cache.get(id) === undefined);
    const steps = new Steps(this.progress, 'files', unknown.length);
    for await (const { id, digest } of digestBlobs(this.#repo.objects, unknown)) {
      this.#cache.add(id, digest);
      await steps.next();
    }
    steps.end();
    this.save();
  }
}

function hasContent(entry: TreeEntry): boolean {
  return entry.mode !== SYMLINK && entry.mode !== SUBMODULE && entry.mode !== POINTED;
}
