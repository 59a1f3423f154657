/** Upper case, anything beyond ASCII, or a dot or space at the end of a name: what a file system may take for another. */
const MARKED = /[A-Z\u0080-\uffff]|[. ](?:\/|$)/;
const IGNORED_AT_END = /[. ]+(?=\/|$)/g;

/** Whether a path is other than its folded form may be. Most paths are not marked, and never looked at again. */
export function isMarked(path: string): boolean {
  return MARKED.test(path);
}

/**
 * Paths with equal folded names are one file where git checks out on macOS (case, Unicode normalisation) or Windows
 * (case, dots and spaces at the end): what is read there is not what the tree says (threat 37).
 */
export function foldName(path: string): string {
  return isMarked(path) ? path.normalize('NFC').toLowerCase().replace(IGNORED_AT_END, '') : path;
}

/** `a/b/c` → `a/b/c`, `a/b`, `a`. */
export function* namesOnTheWay(path: string): Generator<string> {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}
