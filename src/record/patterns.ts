import { directoryArtifactName, directoryArtifacts, isBelow } from '../artifact/directory.ts';
import type { Artifact, Listing } from '../artifact/kind.ts';
import type { StepControl } from '../layout/control.ts';
import { isNoArtifact } from '../layout/control.ts';
import type { RecordedPatterns } from '../layout/recorded.ts';
import {
  recordedDirectories,
  recordedMatcher,
  recordedPatterns,
  recordedPrefixes,
} from '../layout/recorded.ts';

/** Files by path, `dir:` names not folded yet. */
export type Files = ReadonlyMap<string, Artifact>;

/** One of the two lists of a link: which files go into it, and under which names. */
export interface ListPatterns {
  /** Is the file at this path recorded, by itself or below a directory that is? */
  readonly covers: (path: string) => boolean;
  /** The `dir:P` names that the file at this path goes into. */
  readonly directoryNames: (path: string) => readonly string[];
  /** Files under the names they are recorded by: their paths, and `dir:P` for each recorded directory. */
  readonly fold: (files: Files) => Listing;
  /** Literal beginnings of the paths that are covered. */
  readonly prefixes: readonly string[];
  /** Which paths are covered, in words: equal words, equal paths. Undefined where names are folded, or files left out. */
  readonly question: string | undefined;
}

/** What a link of one step looks at. */
export interface StepPatterns {
  readonly control: StepControl;
  readonly materials: ListPatterns;
  readonly products: ListPatterns;
  /** Every file that matters to the step: recorded, or under its control. */
  readonly wants: (path: string) => boolean;
  /** Literal beginnings of those paths. */
  readonly prefixes: readonly string[];
}

export function stepPatterns(
  control: StepControl,
  controlPrefixes: readonly string[],
  extra?: Partial<RecordedPatterns>,
): StepPatterns {
  const patterns = recordedPatterns(control.step, extra);
  const materials = listPatterns(patterns.materials, 'both names');
  const products = listPatterns(patterns.products, 'directory only');
  return {
    control,
    materials,
    products,
    wants: (path) => materials.covers(path) || products.covers(path) || control.controls(path),
    prefixes: [...new Set([...materials.prefixes, ...products.prefixes, ...controlPrefixes])],
  };
}

/**
 * The patterns without the files that `run --exclude` names. What the step controls is recorded all the same, or the
 * link could bind to no commit; and a directory is recorded whole or not at all.
 */
export function withoutExcluded(patterns: StepPatterns, isExcluded: (path: string) => boolean): StepPatterns {
  const { control } = patterns;
  const without = (list: ListPatterns): ListPatterns => ({
    ...list,
    question: undefined,
    covers: (path) =>
      list.covers(path) &&
      (!isExcluded(path) || control.controls(path) || list.directoryNames(path).length > 0),
  });
  return { ...patterns, materials: without(patterns.materials), products: without(patterns.products) };
}

/**
 * A product below a recorded directory has no name but the directory's: that is how verification compares it. A
 * material may be asked for under both names, by the MATCH rules of two steps.
 */
function listPatterns(patterns: readonly string[], below: 'both names' | 'directory only'): ListPatterns {
  const matches = recordedMatcher(patterns);
  const directories = recordedDirectories(patterns);
  const isInside = (path: string) => directories.some((directory) => isBelow(directory, path));
  return {
    prefixes: recordedPrefixes(patterns),
    question: directories.length === 0 ? JSON.stringify(patterns) : undefined,
    covers: (path) => matches(path) || (isInside(path) && !isNoArtifact(path)),
    directoryNames: (path) =>
      directories.filter((directory) => isBelow(directory, path)).map(directoryArtifactName),
    fold(files) {
      const named: Listing = new Map();
      for (const [path, artifact] of files) {
        if (matches(path) && (below === 'both names' || !isInside(path))) named.set(path, artifact);
      }
      for (const [name, artifact] of directoryArtifacts(files, directories)) named.set(name, artifact);
      return named;
    },
  };
}
