import type { Json } from './json-value.ts';
import { expectStrings, refuse } from './shape.ts';

/** Which of a link's two lists of artifacts. */
export type ArtifactList = 'materials' | 'products';

/** `CREATE|DELETE|MODIFY|ALLOW|DISALLOW pattern`, and `REQUIRE name`, whose `pattern` is a literal name. */
export interface PatternRule {
  readonly type: 'CREATE' | 'DELETE' | 'MODIFY' | 'ALLOW' | 'DISALLOW' | 'REQUIRE';
  readonly pattern: string;
}

/** `MATCH pattern [IN sourcePrefix] WITH MATERIALS|PRODUCTS [IN destinationPrefix] FROM step`; no prefix is `''`. */
export interface MatchRule {
  readonly type: 'MATCH';
  readonly pattern: string;
  readonly sourcePrefix: string;
  readonly with: ArtifactList;
  readonly destinationPrefix: string;
  readonly step: string;
}

/** An artifact rule (in-toto specification §4.3.3). */
export type ArtifactRule = PatternRule | MatchRule;

const PATTERN_TYPES: ReadonlySet<string> = new Set([
  'CREATE',
  'DELETE',
  'MODIFY',
  'ALLOW',
  'DISALLOW',
  'REQUIRE',
]);

/** Where the parts of a MATCH rule stand, by its keywords after the pattern. */
const MATCH_FORMS = [
  { keywords: ['WITH', 'FROM'], source: 0, list: 3, destination: 0, step: 5 },
  { keywords: ['IN', 'WITH', 'FROM'], source: 3, list: 5, destination: 0, step: 7 },
  { keywords: ['WITH', 'IN', 'FROM'], source: 0, list: 3, destination: 5, step: 7 },
  { keywords: ['IN', 'WITH', 'IN', 'FROM'], source: 3, list: 5, destination: 7, step: 9 },
] as const;

/**
 * Reads a rule; keywords in any case.
 * @throws FormatError naming the rule and the form it should have.
 */
export function parseRule(json: Json, where = 'rule'): ArtifactRule {
  const words = expectStrings(json, where);
  const type = keyword(words[0]);
  if (type === 'MATCH') return parseMatch(words, where);
  const [, pattern] = words;
  if (!isPatternType(type)) {
    return refuse(where, 'MATCH, CREATE, DELETE, MODIFY, ALLOW, DISALLOW or REQUIRE first', words[0]);
  }
  if (pattern === undefined || words.length !== 2) {
    return refuse(where, `${type} and one ${type === 'REQUIRE' ? 'name' : 'pattern'}`, words.join(' '));
  }
  return { type, pattern };
}

function parseMatch(words: readonly string[], where: string): MatchRule {
  const form = MATCH_FORMS.find(({ keywords }) => fits(words, keywords));
  const list = keyword(words[form?.list ?? 0]);
  if (form === undefined || (list !== 'MATERIALS' && list !== 'PRODUCTS')) {
    return refuse(
      where,
      'MATCH pattern [IN prefix] WITH MATERIALS|PRODUCTS [IN prefix] FROM step',
      words.join(' '),
    );
  }
  return {
    type: 'MATCH',
    pattern: words[1] ?? '',
    sourcePrefix: form.source === 0 ? '' : (words[form.source] ?? ''),
    with: list === 'MATERIALS' ? 'materials' : 'products',
    destinationPrefix: form.destination === 0 ? '' : (words[form.destination] ?? ''),
    step: words[form.step] ?? '',
  };
}

/** Keywords stand at every second place after the pattern; what stands between them may be any text, `FROM` too. */
function fits(words: readonly string[], keywords: readonly string[]): boolean {
  return (
    words.length === 2 + 2 * keywords.length &&
    keywords.every((word, at) => keyword(words[2 + 2 * at]) === word)
  );
}

/** ASCII only: `toUpperCase` would read a long s as an S, and `DIſALLOW` is no rule. */
function keyword(word: string | undefined): string | undefined {
  return word !== undefined && /^[a-zA-Z]+$/.test(word) ? word.toUpperCase() : undefined;
}

function isPatternType(type: string | undefined): type is PatternRule['type'] {
  return type !== undefined && PATTERN_TYPES.has(type);
}

/** The rule as it stands in a layout, keywords in upper case. */
export function ruleToJson(rule: ArtifactRule): readonly string[] {
  if (rule.type !== 'MATCH') return [rule.type, rule.pattern];
  const source = rule.sourcePrefix === '' ? [] : ['IN', rule.sourcePrefix];
  const destination = rule.destinationPrefix === '' ? [] : ['IN', rule.destinationPrefix];
  return [
    'MATCH',
    rule.pattern,
    ...source,
    'WITH',
    rule.with.toUpperCase(),
    ...destination,
    'FROM',
    rule.step,
  ];
}

/** The rule in one line for a message: foreign text, to be escaped by whoever shows it. */
export function ruleText(rule: ArtifactRule): string {
  return ruleToJson(rule).join(' ');
}
