import type { Conversion } from './conversion.ts';
import type { BlobDigest } from './digest-cache.ts';
import type { FileHash } from './hash-file.ts';

/** Of a file that git stores byte for byte. */
export function storedAsIs({ sha256, pointer }: FileHash): BlobDigest {
  return pointer === undefined ? { kind: 'file', digest: sha256 } : { kind: 'lfs', digest: pointer.oid };
}

/** What git would store of a file, as far as its raw content tells; undefined: only git knows. */
export function storedAfter(conversion: Conversion, file: FileHash): BlobDigest | undefined {
  switch (conversion) {
    case 'none':
      return storedAsIs(file);
    case 'line-ends':
      return file.hasCarriageReturn ? undefined : storedAsIs(file);
    case 'lfs':
      return storedByLfs(file);
    case 'other':
      return undefined;
  }
}

/** git-lfs stores an empty file as it is, and a file that is a pointer already (its content not fetched) too. */
function storedByLfs(file: FileHash): BlobDigest | undefined {
  if (file.size === 0 || file.pointer !== undefined) return storedAsIs(file);
  return file.resemblesPointer ? undefined : { kind: 'lfs', digest: file.sha256 };
}
