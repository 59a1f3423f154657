import { drawSteps } from './drawing.ts';
import type { ItemExplanation, LayoutExplanation, StepExplanation } from './explain.ts';
import type { Holder } from './holders.ts';
import type { RuleWords } from './rule-words.ts';

const LABEL = 11;

/** `layout show` for people, line by line. */
export function explanationLines(layout: LayoutExplanation): readonly string[] {
  return [
    `layout ${layout.id ?? '(without an mlchain-id)'}, ${expiryWords(layout)}`,
    '',
    ...drawSteps(layout.steps).map((line) => `  ${line}`),
    ...layout.steps.flatMap((step) => ['', `step ${step.name}`, ...signerLines(step), ...itemLines(step)]),
    ...layout.inspections.flatMap((item) => ['', `inspection ${item.name}`, ...itemLines(item)]),
  ];
}

export function expiryWords(layout: Pick<LayoutExplanation, 'expires' | 'expired' | 'daysLeft'>): string {
  const { expires, expired, daysLeft } = layout;
  if (expired) return `expired on ${expires}`;
  if (daysLeft === 0) return `expires today (${expires})`;
  return `expires in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} (${expires})`;
}

/** `Alice <alice@example.org> 5A3F…`: the whole fingerprint, since only that can be compared. */
export function holderText({ name, fingerprint }: Holder): string {
  return name === '' ? fingerprint : `${name}  ${fingerprint}`;
}

function signerLines({ functionaries, threshold }: StepExplanation): readonly string[] {
  const label = threshold > 1 ? `${threshold} of` : 'signed by';
  const people = functionaries.length === 0 ? ['nobody'] : functionaries.map(holderText);
  return labelled(
    label,
    threshold > 1 || people.length < 2 ? people : ['any one of', ...people.map((one) => `  ${one}`)],
  );
}

function itemLines(item: ItemExplanation): readonly string[] {
  return [
    ...labelled('command', [item.command.length === 0 ? 'any' : item.command.map(commandWord).join(' ')]),
    ...labelled('materials', ruleLines(item.materials)),
    ...labelled('products', ruleLines(item.products)),
  ];
}

function commandWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function ruleLines(rules: readonly RuleWords[]): readonly string[] {
  const width = Math.max(...rules.map(({ what }) => what.length));
  return rules.map(({ what, says }) => `${what.padEnd(width)}  ${says}`);
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL)}${line}`);
}
