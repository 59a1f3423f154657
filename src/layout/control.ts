import type { Layout, Step } from '../intoto/layout.ts';
import { compilePattern, literalPrefix } from '../intoto/pattern.ts';
import type { ArtifactRule } from '../intoto/rule.ts';

const DIRECTORY = 'dir:';

/** One step and the paths that are its responsibility: `product.md` §1 "controls". */
export interface StepControl {
  readonly step: Step;
  /** Directories that the step controls as one artifact (`dir:P`), without the prefix and without a trailing slash. */
  readonly directories: readonly string[];
  readonly controls: (path: string) => boolean;
}

/**
 * Which step controls which path under one layout. It is asked about foreign paths, so it never throws, and it
 * comes from the signed layout alone: `.mlchainrc` has no say in it (threat 18).
 */
export interface Control {
  readonly layout: Layout;
  readonly steps: readonly StepControl[];
  readonly isControlled: (path: string) => boolean;
  readonly stepsOf: (path: string) => readonly StepControl[];
  /** Literal beginnings of every controlled path: what a tree walk can be limited to. `''` means anywhere. */
  readonly prefixes: readonly string[];
}

const NAMING: ReadonlySet<ArtifactRule['type']> = new Set(['CREATE', 'MODIFY', 'DELETE', 'REQUIRE', 'ALLOW']);

/** The tool's own files are evidence or drafts, never artifacts: nobody could sign a layout that controls itself. */
export function isOwnFile(path: string): boolean {
  return path === '.mlchainrc' || path.startsWith('.mlchain/');
}

/** `dvc.lock` and `.dvc` files; `dvc.yaml` is a file like any other. Asked of every path there is: most end otherwise. */
function isPointer(path: string): boolean {
  if (path.endsWith('.dvc')) return path.length > '.dvc'.length && !path.endsWith('/.dvc');
  const name = path.endsWith('dvc.lock') ? 'dvc.lock' : path.endsWith('Dvcfile') ? 'Dvcfile' : undefined;
  return name !== undefined && (path === name || path.endsWith(`/${name}`));
}

/**
 * What no step controls and no link names. A pointer of DVC stands for the outputs that it names, which are controlled
 * themselves, each by its own step: `dvc.lock` has those of all steps in it (`product.md` §4).
 */
export function isNoArtifact(path: string): boolean {
  return isOwnFile(path) || isPointer(path);
}

export function controlOf(layout: Layout): Control {
  const steps = layout.steps.map(stepControl);
  return {
    layout,
    steps,
    isControlled: (path) => !isNoArtifact(path) && steps.some((step) => step.controls(path)),
    stepsOf: (path) => (isNoArtifact(path) ? [] : steps.filter((step) => step.controls(path))),
    prefixes: [...new Set(layout.steps.flatMap((step) => controllingPatterns(step).map(prefixOf)))],
  };
}

/** The patterns that give a step its control: the rules of `expected_products` that name a product. */
export function controllingPatterns(step: Step): readonly string[] {
  return namingRules(step).map((rule) => rule.pattern);
}

function namingRules(step: Step): readonly ArtifactRule[] {
  return step.expectedProducts.filter(
    (rule) => NAMING.has(rule.type) && !(rule.type === 'ALLOW' && rule.pattern === '*'),
  );
}

/** The artifact name under which a step records `path`: the path itself, or the `dir:P` that it lies below. */
export function artifactName(step: StepControl, path: string): string {
  const directory = step.directories.find((name) => isBelow(name, path));
  return directory === undefined ? path : DIRECTORY + directory;
}

/** `dir:P` as written in a rule → `P` without a trailing slash; anything else → undefined. */
export function directoryOf(pattern: string): string | undefined {
  return pattern.startsWith(DIRECTORY) ? pattern.slice(DIRECTORY.length).replace(/\/+$/, '') : undefined;
}

function stepControl(step: Step): StepControl {
  const directories = controllingPatterns(step)
    .map(directoryOf)
    .filter((name) => name !== undefined);
  const files = namingRules(step).filter((rule) => directoryOf(rule.pattern) === undefined);
  // REQUIRE takes a name, not a pattern: read as one, `REQUIRE a*` would control far more than the owners signed.
  const names = new Set(files.filter((rule) => rule.type === 'REQUIRE').map((rule) => rule.pattern));
  const matchers = files
    .filter((rule) => rule.type !== 'REQUIRE')
    .map((rule) => compilePattern(rule.pattern));
  return {
    step,
    directories,
    controls: (path) =>
      !isNoArtifact(path) &&
      (names.has(path) ||
        directories.some((name) => isBelow(name, path)) ||
        matchers.some((matches) => matches(path))),
  };
}

function prefixOf(pattern: string): string {
  return directoryOf(pattern) ?? literalPrefix(pattern);
}

function isBelow(directory: string, path: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}
