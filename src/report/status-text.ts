import type { Person } from '../verify/finding.ts';
import type { StepVerdict } from '../verify/release.ts';
import { escapeText, quotePath } from './escape.ts';
import type { Style } from './style.ts';
import { count, shortId, signerWords } from './words.ts';

/** What `git mlchain status` knows, as data; all names are foreign text. */
export interface StatusReport {
  /** Undefined: the layout in force here, or why there is none. */
  readonly layout: { readonly daysLeft: number } | { readonly problem: string };
  readonly key: { readonly person: Person; readonly steps: readonly string[] } | { readonly problem: string };
  /** Staged paths under control, by step: what the next commit would record. */
  readonly next: readonly {
    readonly step: string;
    readonly paths: readonly string[];
    readonly mine: boolean;
  }[];
  readonly pending: readonly { readonly step: string; readonly products: number }[];
  readonly queued: readonly string[];
  readonly steps: readonly (StepVerdict & { readonly functionaries: readonly Person[] })[];
  readonly evidence: readonly {
    readonly remote: string;
    readonly fetched: boolean;
    readonly undelivered: number;
  }[];
}

const SOON_DAYS = 30;
const NAMED_PATHS = 3;

export function statusText(status: StatusReport, style: Style): string {
  const blocks = [
    [...layoutLines(status, style), ...keyLines(status, style)],
    recordingLines(status, style),
    stepLines(status, style),
    evidenceLines(status, style),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function layoutLines({ layout }: StatusReport, style: Style): string[] {
  if ('problem' in layout) return [`layout:  ${style.red(escapeText(layout.problem))}`];
  const { daysLeft } = layout;
  if (daysLeft <= 0) return [`layout:  ${style.red('expired')} – ${RENEW}`];
  const soon = daysLeft < SOON_DAYS ? ` ${style.yellow(`– ${RENEW}`)}` : '';
  return [`layout:  in force, expires in ${count(daysLeft, 'day')}${soon}`];
}

const RENEW = "an owner renews it: 'git mlchain layout set --expires 1y', then 'git mlchain layout sign'";

function keyLines({ key }: StatusReport, style: Style): string[] {
  if ('problem' in key) return [`key:     ${style.yellow(escapeText(key.problem))}`];
  const steps = key.steps.map(escapeText).join(', ');
  const may = steps === '' ? style.yellow('authorised for no step') : `may sign ${steps}`;
  return [`key:     ${signerWords(key.person)}, ${may}`];
}

function recordingLines({ next, pending, queued }: StatusReport, style: Style): string[] {
  const lines = next.map(({ step, paths, mine }) => {
    const verb = mine ? style.green('will record') : style.yellow('cannot sign');
    return `  ${verb} ${escapeText(step)}: ${pathList(paths)}`;
  });
  if (lines.length > 0) lines.unshift('the next commit, as it is staged:');
  for (const { step, products } of pending) {
    lines.push(
      `pending: ${escapeText(step)} was run; commit its ${count(products, 'product')} to bind the link`,
    );
  }
  if (queued.length > 0) {
    const commits = queued.map(shortId).join(', ');
    lines.push(style.yellow(`not signed yet: ${commits} – 'git mlchain record --missing' signs`));
  }
  return lines;
}

function pathList(paths: readonly string[]): string {
  const named = paths.slice(0, NAMED_PATHS).map(quotePath).join(', ');
  return paths.length > NAMED_PATHS ? `${named} and ${paths.length - NAMED_PATHS} more` : named;
}

/** The steps in their order; the first that is not as it should be is what to do next. */
function stepLines({ steps, pending }: StatusReport, style: Style): string[] {
  if (steps.length === 0) return [];
  const lines = steps.map(({ step, state }) => {
    return `  ${(state === 'verified' ? style.green : style.red)(state.padEnd(9))} ${escapeText(step)}`;
  });
  const open = steps.find(({ state }) => state !== 'verified');
  if (open === undefined) return ['steps at HEAD:', ...lines];
  if (pending.some(({ step }) => step === open.step)) {
    return ['steps at HEAD:', ...lines, `next: commit what ${escapeText(open.step)} made`];
  }
  const people = open.functionaries
    .map(({ name, fingerprint }) => escapeText(name || fingerprint))
    .join(' or ');
  return ['steps at HEAD:', ...lines, `next: ${nextCommand(open)} – by ${people}`];
}

function nextCommand({ step, state }: StepVerdict): string {
  const name = escapeText(step);
  if (state === 'diverged') return `'git mlchain record --step ${name}', if what is there is right`;
  if (state === 'threshold') return `a co-signature: 'git mlchain record --step ${name}'`;
  return `'git mlchain run ${name}'`;
}

function evidenceLines({ evidence }: StatusReport, style: Style): string[] {
  return evidence.map(({ remote, fetched, undelivered }) => {
    const name = escapeText(remote);
    if (!fetched) return style.yellow(`evidence: never fetched from ${name} – 'git mlchain sync ${name}'`);
    if (undelivered === 0) return `evidence: ${name} has all of yours`;
    return `evidence: ${count(undelivered, 'line')} of yours not at ${name} yet – the next push delivers what it needs`;
  });
}
