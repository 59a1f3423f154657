import type { Step } from '../intoto/layout.ts';
import { compilePattern, literalPrefix } from '../intoto/pattern.ts';
import type { ArtifactRule } from '../intoto/rule.ts';
import { directoryOf, isNoArtifact } from './control.ts';

/** Patterns in in-toto's language; `dir:P` asks for one digest of all below P. */
export interface RecordedPatterns {
  readonly materials: readonly string[];
  readonly products: readonly string[];
}

const RECORDING: ReadonlySet<ArtifactRule['type']> = new Set([
  'MATCH',
  'REQUIRE',
  'ALLOW',
  'CREATE',
  'MODIFY',
]);

/**
 * What a link of the step has to name (`product.md` §4): the patterns of the layout's rules, and those that the
 * repository's configuration adds. A bare `*` of a rule says what may be there, not what the step is about.
 */
export function recordedPatterns(step: Step, extra: Partial<RecordedPatterns> = {}): RecordedPatterns {
  return {
    materials: unique([...recordedByAll(step.expectedMaterials), ...writtenPatterns(extra.materials)]),
    products: unique([...recordedByAll(step.expectedProducts), ...writtenPatterns(extra.products)]),
  };
}

/** A pattern as people write it in `.mlchainrc` → in-toto's: a trailing `/` means everything below. */
export function patternAsWritten(text: string): string {
  const directory = directoryOf(text);
  if (directory !== undefined) return `dir:${directory}`;
  return text.endsWith('/') ? `${text.replace(/\/+$/, '')}/*` : text;
}

/**
 * Is the file at this path named by one of the patterns? `dir:` patterns name no file (`recordedDirectories`), and the
 * tool's own files and DVC's pointers are never artifacts.
 */
export function recordedMatcher(patterns: readonly string[]): (path: string) => boolean {
  const matchers = filePatterns(patterns).map(compilePattern);
  return (path) => !isNoArtifact(path) && matchers.some((matches) => matches(path));
}

/** The directories that are recorded as one artifact `dir:P`, without that prefix. */
export function recordedDirectories(patterns: readonly string[]): readonly string[] {
  return patterns.map(directoryOf).filter((directory) => directory !== undefined);
}

/** Literal beginnings of everything the patterns name, `dir:` included; `''` means anywhere. */
export function recordedPrefixes(patterns: readonly string[]): readonly string[] {
  const directories = recordedDirectories(patterns).map((name) => (name === '' ? '' : `${name}/`));
  return unique([...filePatterns(patterns).map(literalPrefix), ...directories]);
}

function filePatterns(patterns: readonly string[]): readonly string[] {
  return patterns.filter((pattern) => directoryOf(pattern) === undefined);
}

function recordedByAll(rules: readonly ArtifactRule[]): readonly string[] {
  return rules.map(recordedBy).filter((pattern) => pattern !== undefined);
}

/** The pattern by which a rule asks for artifacts to be recorded; undefined where it asks for none. */
export function recordedBy(rule: ArtifactRule): string | undefined {
  const pattern = RECORDING.has(rule.type) ? wholePattern(rule) : '*';
  return pattern === '*' ? undefined : pattern;
}

/** The names a rule looks at, as one pattern: `IN` prefix put in front, the literal name of REQUIRE made a pattern. */
export function wholePattern(rule: ArtifactRule): string {
  if (rule.type === 'REQUIRE') return literally(rule.pattern);
  return rule.type === 'MATCH' && rule.sourcePrefix !== ''
    ? below(rule.sourcePrefix, rule.pattern)
    : rule.pattern;
}

/** `MATCH p IN sp` looks only at what lies below `sp`, which is literal text; a slash is put between where none is. */
function below(prefix: string, pattern: string): string {
  return `${literally(prefix.endsWith('/') ? prefix : `${prefix}/`)}${pattern}`;
}

/** A pattern that matches this one name: REQUIRE and IN are not patterns, whatever characters they hold. */
export function literally(name: string): string {
  return directoryOf(name) === undefined ? name.replace(/[*?[]/g, '[$&]') : name;
}

function writtenPatterns(patterns: readonly string[] = []): readonly string[] {
  return patterns.map(patternAsWritten);
}

function unique(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)];
}
