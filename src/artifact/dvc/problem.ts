const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['unreadable', 'its DVC pointer cannot be read'],
  [
    'md5-dos2unix',
    "its DVC pointer has no 'hash: md5': the MD5 of a DVC before 3 takes CRLF for LF ('dvc cache migrate --dvc-files')",
  ],
  ['without-md5', 'its DVC pointer names no MD5'],
  ['other-hash', 'its DVC pointer has a hash other than MD5'],
  ['several', 'several DVC pointers name it'],
]);

/** Why nobody can sign for an output of DVC; undefined for every other kind of artifact. */
export function pointerProblem(kind: string): string | undefined {
  return kind.startsWith('dvc:') ? PROBLEMS.get(kind.split(':')[1] ?? '') : undefined;
}
