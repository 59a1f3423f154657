import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { compilePattern } from '../intoto/pattern.ts';

const DEFAULT_REFS = ['refs/heads/*', 'refs/tags/*'];

/** What is asked of a ref that is pushed. */
export interface RefQuestion {
  readonly questions: readonly ('history' | 'release')[];
  /** `PATTERN=STEP` in `mlchain.releaseRefs`: release of that step. */
  readonly step: string | undefined;
}

/**
 * Which question a ref gets (`product.md` §6.1): history of those in `mlchain.refs`, both of those in
 * `mlchain.releaseRefs` – by default, annotated tags. Undefined: the ref is none of our business.
 */
export async function questionFor(
  repo: Repository,
  ref: string,
  isAnnotatedTag: boolean,
): Promise<RefQuestion | undefined> {
  const release = (await repo.configAll('mlchain.releaseRefs')).map(releasePattern);
  const found = release.find(({ matches }) => matches(ref));
  if (found !== undefined) return { questions: ['history', 'release'], step: found.step };
  if (release.length === 0 && isAnnotatedTag && ref.startsWith('refs/tags/')) {
    return { questions: ['history', 'release'], step: undefined };
  }
  const refs = await repo.configAll('mlchain.refs');
  const patterns = refs.length > 0 ? refs : DEFAULT_REFS;
  return patterns.some((pattern) => refPattern(pattern)(ref))
    ? { questions: ['history'], step: undefined }
    : undefined;
}

/** Is the ref one that `mlchain.releaseRefs` names? Such a ref without a layout is refused, not skipped. */
export async function isNamedReleaseRef(repo: Repository, ref: string): Promise<boolean> {
  return (await repo.configAll('mlchain.releaseRefs')).some((text) => releasePattern(text).matches(ref));
}

function releasePattern(text: string) {
  const [pattern = '', step, ...rest] = text.split('=');
  if (pattern === '' || rest.length > 0) {
    throw new MlchainError(
      'config',
      `mlchain.releaseRefs: expected PATTERN or PATTERN=STEP, found '${text}'`,
    );
  }
  return { matches: refPattern(pattern), step };
}

/** A pattern without `refs/` means a branch or a tag of that name, as people write them. */
function refPattern(pattern: string): (ref: string) => boolean {
  if (pattern.startsWith('refs/')) return compilePattern(pattern);
  const [branch, tag] = [compilePattern(`refs/heads/${pattern}`), compilePattern(`refs/tags/${pattern}`)];
  return (ref) => branch(ref) || tag(ref);
}
