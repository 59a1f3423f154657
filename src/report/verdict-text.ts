import type { Finding, Severity, Verdict } from '../verify/finding.ts';
import type { StepVerdict } from '../verify/release.ts';
import type { BundleReport, VerdictReport } from '../verify/verdict.ts';
import { escapeText, quotePath } from './escape.ts';
import { findingText } from './finding-text.ts';
import { rulesLines } from './rules-text.ts';
import type { Paint, Style } from './style.ts';
import { count, displayWidth, nameOnly, shortId } from './words.ts';

/**
 * The verdict for people: first line the verdict, then a table of the steps, then what was found, worst first.
 * @param verbose also what the rules did that failed.
 */
export function verdictText(report: VerdictReport, style: Style, verbose = false): string {
  const sections = [heading(report, style)];
  if (report.steps.length > 0) sections.push(stepTable(report.steps, style));
  if (report.bundle !== undefined && report.bundle.products.length > 0)
    sections.push(productTable(report.bundle, style));
  if (report.findings.length > 0) sections.push(findingsText(report.findings, style, verbose));
  return sections.join('\n\n');
}

function heading(report: VerdictReport, style: Style): string {
  const { verdict, revision, questions, checked, findings, bundle } = report;
  const of = revision === undefined ? '' : ` of ${shortId(revision)}`;
  const when = bundle === undefined ? '' : ` as bundled on ${bundle.created}`;
  const asked = `${questions.join(' and ')}${of}${when}`;
  const first = `${verdictPaint(style, verdict)(verdict)}: ${asked}${tally(findings)}`;
  const counts = [
    count(checked.commits, 'commit'),
    count(checked.links, 'link'),
    count(checked.signatures, 'signature'),
  ];
  const cached = checked.cached === 0 ? '' : ` (${count(checked.cached, 'commit')} known from before)`;
  return `${first}\n${style.dim(`${counts.join(', ')} checked${cached}`)}`;
}

/** `, 2 violations, 1 warning` */
function tally(findings: readonly Finding[]): string {
  const words: readonly (readonly [Severity, string])[] = [
    ['violation', 'violations'],
    ['incomplete', 'open questions'],
    ['warning', 'warnings'],
  ];
  return words
    .map(([severity, plural]) => {
      const number = findings.filter((finding) => finding.severity === severity).length;
      return number === 0 ? '' : `, ${count(number, plural.slice(0, -1), plural)}`;
    })
    .join('');
}

function stepTable(steps: readonly StepVerdict[], style: Style): string {
  const rows = steps.map((step) => [
    escapeText(step.step),
    step.state,
    step.commit === undefined ? '' : shortId(step.commit) + (step.carried ? ' (carried)' : ''),
    step.signers.map(({ name, fingerprint }) => (name === '' ? fingerprint : nameOnly(name))).join(', '),
  ]);
  const table = aligned([['step', 'state', 'commit', 'signed by'], ...rows]);
  return table.map((row, index) => rowText(row, steps[index - 1], style)).join('\n');
}

function rowText(cells: readonly string[], step: StepVerdict | undefined, style: Style): string {
  if (step === undefined) return style.dim(`  ${cells.join('   ')}`.trimEnd());
  const paint = step.state === 'verified' ? style.green : style.red;
  return `  ${cells.map((cell, column) => (column === 1 ? padded(cell, paint) : cell)).join('   ')}`.trimEnd();
}

/** Paints the word, not the room behind it. */
function padded(cell: string, paint: Paint): string {
  const word = cell.trimEnd();
  return paint(word) + cell.slice(word.length);
}

/** What each delivered file is, by the name that the chain gives it. */
function productTable({ products }: BundleReport, style: Style): string {
  const rows = products.map(({ file, product, step }) => [
    quotePath(file),
    product === undefined ? 'no product of this chain' : `is ${quotePath(product)}`,
    step === undefined ? '' : escapeText(step),
  ]);
  const [head, ...lines] = aligned([['artifact', '', 'made by'], ...rows]);
  const text = lines.map((row, at) => {
    const paint = products[at]?.product === undefined ? style.red : style.green;
    return `  ${row.map((cell, column) => (column === 1 ? padded(cell, paint) : cell)).join('   ')}`.trimEnd();
  });
  return [style.dim(`  ${(head ?? []).join('   ')}`.trimEnd()), ...text].join('\n');
}

/** Pads every column but the last to its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[][] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell))),
  );
}

/** What was expected and found gets a line of its own where the message would be longer than this. */
const ONE_LINE = 100;

/** Of warnings alike no more: whoever can push could otherwise push the verdict off the screen with junk (threat 57). */
const MOST_ALIKE = 10;

/** Worst first, each with its code for the manual; a hint that would only repeat the one before is left out. */
export function findingsText(findings: readonly Finding[], style: Style, verbose = false): string {
  const worstFirst = (['violation', 'incomplete', 'warning'] as const).flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  const { shown, left } = verbose
    ? { shown: worstFirst, left: new Map<string, number>() }
    : fewAlike(worstFirst);
  const hints = shown.map((finding) => findingText(finding).hint);
  const lines = shown.flatMap((finding, index) => {
    const hint = hints[index];
    const isSaid = hint === undefined || hint === hints[index - 1];
    return [
      ...findingLines(finding, style),
      ...(verbose ? rulesLines(finding.rules ?? []) : []),
      ...(isSaid ? [] : [`  ${style.yellow('hint:')} ${hint}`]),
    ];
  });
  return [...lines, ...[...left].map(([code, number]) => moreLine(code, number, style))].join('\n');
}

/** All but warnings, and of these the first few of each code. */
function fewAlike(findings: readonly Finding[]): {
  readonly shown: readonly Finding[];
  readonly left: ReadonlyMap<string, number>;
} {
  const seen = new Map<string, number>();
  const shown = findings.filter(({ severity, code }) => {
    if (severity !== 'warning') return true;
    const number = (seen.get(code) ?? 0) + 1;
    seen.set(code, number);
    return number <= MOST_ALIKE;
  });
  const left = [...seen].flatMap(([code, number]) =>
    number > MOST_ALIKE ? [[code, number - MOST_ALIKE] as const] : [],
  );
  return { shown, left: new Map(left) };
}

function moreLine(code: string, number: number, style: Style): string {
  return `${style.yellow('warning:')} ${number} more like these ${style.dim(`[${code}]`)}`;
}

function findingLines(finding: Finding, style: Style): readonly string[] {
  const { message, headline, more } = findingText(finding);
  const isLong = more !== undefined && message.length > ONE_LINE;
  const severity = severityPaint(style, finding.severity)(`${finding.severity}:`);
  const code = style.dim(`[${finding.code}]`);
  return isLong ? [`${severity} ${headline} ${code}`, `  ${more}`] : [`${severity} ${message} ${code}`];
}

function verdictPaint(style: Style, verdict: Verdict): Paint {
  if (verdict === 'verified') return (text) => style.bold(style.green(text));
  return verdict === 'violated'
    ? (text) => style.bold(style.red(text))
    : (text) => style.bold(style.yellow(text));
}

function severityPaint(style: Style, severity: Severity): Paint {
  return severity === 'violation' ? style.red : style.yellow;
}
