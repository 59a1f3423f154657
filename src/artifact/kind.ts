import type { DigestSet } from '../intoto/digest.ts';

/** What an artifact is in git's eyes. The kind is part of equality: a link to a file is not the file (threat 37). */
export type ArtifactKind = 'file' | 'lfs' | 'symlink' | 'submodule' | `dvc:${string}`;

export interface Artifact {
  readonly kind: ArtifactKind;
  /** SHA-256 of the content as git stores it, lower hex; of a submodule the commit id. */
  readonly digest: string;
}

/** Artifacts by repository-relative path, or by `dir:P`, which stands for all that lies below P. */
export type Listing = Map<string, Artifact>;

/** The form a link carries: `gitCommit` for a submodule, as in-toto's own digest-set names have it. */
export function toDigestSet(artifact: Artifact): DigestSet {
  return new Map([[artifact.kind === 'submodule' ? 'gitCommit' : 'sha256', artifact.digest]]);
}

export function sameArtifact(a: Artifact | undefined, b: Artifact | undefined): boolean {
  return a?.kind === b?.kind && a?.digest === b?.digest;
}

/** The `kinds` of a link's `environment.mlchain` (`formats.md` §3): only what is not a plain file. */
export function specialKinds(listing: ReadonlyMap<string, Artifact>): Map<string, ArtifactKind> {
  const special = [...listing].filter(([, { kind }]) => kind !== 'file');
  return new Map(special.map(([path, { kind }]) => [path, kind]));
}
