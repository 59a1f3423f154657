import type { Artifact, Listing } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { readHistory } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import type { StepView } from './compose.ts';
import type { Blame, Explained } from './context.ts';
import { authorOf } from './draft.ts';
import type { StepPatterns } from './patterns.ts';

/**
 * Files that a link would sign as products although the commit did not bring their content – it was there, or came in
 * with a merged side – and nobody has explained them. This is how laundering ends: poison that was pushed past every
 * hook and pulled by an honest functionary never gets their signature by way of their next commit (threat 48).
 */
export function unexplainedFiles(
  products: Listing,
  patterns: StepPatterns,
  view: StepView,
  explained: Explained,
): readonly string[] {
  const inherited = inheritedFiles(products, patterns, view);
  const isExplained = ([path, artifact]: readonly [string, Artifact]) =>
    explained(path, artifact) || explainedByDirectory(path, artifact, patterns, view, explained);
  return inherited.filter((file) => !isExplained(file)).map(([path]) => path);
}

/** The files behind the products whose content some parent has. */
export function inheritedFiles(
  products: Listing,
  patterns: StepPatterns,
  { own, parents }: StepView,
): readonly (readonly [string, Artifact])[] {
  const isProduct = (path: string) =>
    [path, ...patterns.products.directoryNames(path)].some((name) => products.has(name));
  const isInherited = (path: string, artifact: Artifact) =>
    parents.some((files) => sameArtifact(files.get(path), artifact));
  return [...own].filter(([path, artifact]) => isProduct(path) && isInherited(path, artifact));
}

/** A file below `dir:P` needs no word of its own where the whole directory, as that parent had it, has been explained. */
function explainedByDirectory(
  path: string,
  artifact: Artifact,
  { products }: StepPatterns,
  { parents }: StepView,
  explained: Explained,
): boolean {
  const names = products.directoryNames(path);
  if (names.length === 0) return false;
  return parents.some((files) => {
    if (!sameArtifact(files.get(path), artifact)) return false;
    const folded = products.fold(files);
    return names.some((name) => {
      const directory = folded.get(name);
      return directory !== undefined && explained(name, directory);
    });
  });
}

/** The newest commit that brought a path its present content, for the message that refuses. */
export async function blame(
  repo: Repository,
  tips: readonly string[],
  path: string,
): Promise<Blame | undefined> {
  for await (const commit of readHistory(repo, { tips, paths: [path], order: 'newest-first' })) {
    const brought = commit.changes.every((list) => list.some((change) => change.path === path));
    if (brought) return { commit: commit.id, author: authorOf(commit) };
  }
  return undefined;
}
