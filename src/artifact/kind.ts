import type { DigestSet } from '../intoto/digest.ts';

/** What an artifact is in git's eyes. The kind is part of equality: a link to a file is not the file (threat 37). */
export type ArtifactKind = 'file' | 'lfs' | 'symlink' | 'submodule' | `dvc:${string}`;

export interface Artifact {
  readonly kind: ArtifactKind;
  /**
   * SHA-256 of the content as git stores it, lower hex; of a submodule the commit id; of a DVC output of which only the
   * pointer is at hand, its kind (`pointedAt`).
   */
  readonly digest: string;
}

/** `.dir`: the output is a directory. Anything else that begins with `dvc:` is an output nobody can sign for. */
const DVC = /^dvc:([0-9a-f]{32})(\.dir)?$/;

/** A DVC output as git's tree tells of it: by its pointer, which holds an MD5 and no SHA-256. */
export function pointedAt(kind: ArtifactKind): Artifact {
  return { kind, digest: kind };
}

export function isPointedAt({ kind, digest }: Artifact): boolean {
  return kind === digest;
}

/** The MD5 that the pointer names, and whether it is a directory's; undefined for what is no sound DVC output. */
export function dvcHash(kind: string): { readonly md5: string; readonly isDirectory: boolean } | undefined {
  const [, md5, directory] = DVC.exec(kind) ?? [];
  return md5 === undefined ? undefined : { md5, isDirectory: directory !== undefined };
}

/**
 * What no link can explain: a symbolic link (threat 37), and a DVC output whose pointer is not to be understood – its
 * content could be exchanged without anybody seeing a change.
 */
export function isUnexplainable(kind: ArtifactKind): boolean {
  return kind === 'symlink' || (kind.startsWith('dvc:') && dvcHash(kind) === undefined);
}

/** What tells contents of one path apart, whoever looks: of a DVC output the pointer is all that everybody has. */
export function contentName({ kind, digest }: Artifact): string {
  return kind.startsWith('dvc:') ? kind : `${kind}\0${digest}`;
}

/** Artifacts by repository-relative path, or by `dir:P`, which stands for all that lies below P. */
export type Listing = Map<string, Artifact>;

/** The form a link carries: `gitCommit` for a submodule, as in-toto's own digest-set names have it. */
export function toDigestSet(artifact: Artifact): DigestSet {
  if (isPointedAt(artifact)) throw new Error(`no SHA-256 of ${artifact.kind} is known`);
  return new Map([[artifact.kind === 'submodule' ? 'gitCommit' : 'sha256', artifact.digest]]);
}

/** The form an endorsement carries, which an owner without the data can sign as well: a pointer's MD5 under `dvc`. */
export function toEndorsedSet(artifact: Artifact): DigestSet {
  return isPointedAt(artifact)
    ? new Map([['dvc', artifact.kind.slice('dvc:'.length)]])
    : toDigestSet(artifact);
}

/** The digest, as an artifact has it, that an endorsement names. */
export function endorsedDigest(digests: DigestSet | null): string | undefined {
  const pointed = digests?.get('dvc');
  const content = digests?.get('sha256') ?? digests?.get('gitCommit');
  return content ?? (pointed === undefined ? undefined : `dvc:${pointed}`);
}

/** Where only the pointer of one is known, it is the pointer that is compared; two SHA-256 have to be equal. */
export function sameArtifact(a: Artifact | undefined, b: Artifact | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.kind === b.kind && (a.digest === b.digest || isPointedAt(a) || isPointedAt(b));
}

/** The `kinds` of a link's `environment.mlchain` (`formats.md` §3): only what is not a plain file. */
export function specialKinds(listing: ReadonlyMap<string, Artifact>): Map<string, ArtifactKind> {
  const special = [...listing].filter(([, { kind }]) => kind !== 'file');
  return new Map(special.map(([path, { kind }]) => [path, kind]));
}
