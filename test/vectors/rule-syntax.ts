import { FormatError } from '../../src/intoto/format-error.ts';
import { parseJson } from '../../src/intoto/json.ts';
import { type ArtifactRule, parseRule } from '../../src/intoto/rule.ts';
import { judgeRow, type Runner } from './row.ts';
import { readRows } from './rows.ts';

interface Row {
  readonly rule: unknown;
  readonly valid: boolean;
  readonly parsed?: Readonly<Record<string, string>>;
}

/** Whether a list is a rule, and what it says: `parsed` has Python's names for the parts. */
export const runRuleSyntax: Runner = async (file) =>
  readRows<Row>(file).map(({ rule, valid, parsed }) => {
    const text = JSON.stringify(rule);
    return judgeRow({ name: text, expected: valid ? describe(parsed ?? {}) : 'refused' }, parse(text));
  });

function parse(text: string): string {
  try {
    return describe(pythonNames(parseRule(parseJson(text))));
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
}

function pythonNames(rule: ArtifactRule): Record<string, string> {
  const common = { rule_type: rule.type.toLowerCase(), pattern: rule.pattern };
  if (rule.type !== 'MATCH') return common;
  return {
    ...common,
    source_prefix: rule.sourcePrefix,
    dest_prefix: rule.destinationPrefix,
    dest_type: rule.with,
    dest_name: rule.step,
  };
}

function describe(parts: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
