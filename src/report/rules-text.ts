import type { NameSample, RuleAccount } from '../verify/finding.ts';
import { escapeText, quotePath } from './escape.ts';

/**
 * What artifact rules did, for `verify --verbose`: the queue before the first and after every rule that took something
 * out of it, and what the last one refused. One line each, indented; safe to print.
 */
export function rulesLines(accounts: readonly RuleAccount[]): readonly string[] {
  return accounts.flatMap((account, at) => {
    const isFirst = accounts[at - 1]?.list !== account.list;
    const next = accounts[at + 1];
    const left = next?.list === account.list && account.consumed.count > 0 ? next.queue : undefined;
    return [
      ...(isFirst ? [`  ${account.list} queued: ${namesText(account.queue)}`] : []),
      `    ${escapeText(account.rule)}: ${deedText(account)}`,
      ...(left === undefined ? [] : [`      queued: ${namesText(left)}`]),
    ];
  });
}

function deedText({ consumed, refused, rule }: RuleAccount): string {
  if (refused.count > 0) {
    return `${/^REQUIRE /.test(rule) ? 'lacks' : 'refuses'} ${namesText(refused)}`;
  }
  return consumed.count === 0 ? 'consumes nothing' : `consumes ${namesText(consumed)}`;
}

/** `data/train.csv, data/test.csv and 48 more`, or `nothing`. */
function namesText({ count, names }: NameSample): string {
  if (count === 0) return 'nothing';
  const more = count > names.length ? ` and ${count - names.length} more` : '';
  return names.map(quotePath).join(', ') + more;
}
