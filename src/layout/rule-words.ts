import type { ArtifactList, ArtifactRule, MatchRule } from '../intoto/rule.ts';
import { isEverything } from './lint-rules.ts';

/** A rule for people: what it speaks of, and what becomes of that. Foreign text, to be escaped by whoever shows it. */
export interface RuleWords {
  readonly what: string;
  readonly says: string;
}

/**
 * Rules in words, in order: each speaks of what those above it have left. Where no rule refuses the rest, a last line
 * says so, since in-toto then accepts it (specification §4.3.3).
 */
export function rulesInWords(rules: readonly ArtifactRule[], list: ArtifactList): readonly RuleWords[] {
  const words = rules.map((rule) => ruleInWords(rule, list));
  const closed = rules.some(({ type, pattern }) => type === 'DISALLOW' && isEverything(pattern));
  return closed ? words : [...words, { what: 'anything else', says: 'accepted, since no rule refuses it' }];
}

function ruleInWords(rule: ArtifactRule, list: ArtifactList): RuleWords {
  const what = isEverything(rule.pattern) ? 'anything' : rule.pattern;
  switch (rule.type) {
    case 'MATCH':
      return { what: matchedNames(rule), says: `accepted if exactly as ${matchedSide(rule)}` };
    case 'ALLOW':
      return { what, says: 'accepted' };
    case 'MODIFY':
      return { what, says: 'accepted if the step changes it' };
    case 'CREATE':
      return {
        what,
        says: list === 'products' ? 'accepted if new' : 'no effect: what is new is no material',
      };
    case 'DELETE':
      return { what, says: list === 'materials' ? 'accepted if the step deletes it' : 'may be deleted' };
    case 'REQUIRE':
      return { what: rule.pattern, says: 'must be there' };
    case 'DISALLOW':
      return { what: isEverything(rule.pattern) ? 'anything else' : what, says: 'refused' };
  }
}

function matchedNames({ pattern, sourcePrefix }: MatchRule): string {
  if (sourcePrefix === '') return isEverything(pattern) ? 'anything' : pattern;
  return `${sourcePrefix.replace(/\/$/, '')}/${pattern}`;
}

function matchedSide({ with: list, destinationPrefix, step }: MatchRule): string {
  const side = list === 'products' ? `${step} made it` : `${step} took it in`;
  return destinationPrefix === '' ? side : `${side}, there below ${destinationPrefix.replace(/\/$/, '')}/`;
}
