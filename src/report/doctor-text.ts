import { escapeText } from './escape.ts';
import type { Paint, Style } from './style.ts';
import { count } from './words.ts';

/** One line of `git mlchain doctor`. What was found, and the mend, may hold foreign text. */
export type Diagnosis = {
  /** What was examined: `git`, `pre-push hook`, `evidence of origin`. */
  readonly about: string;
  /** What was found, in one line. */
  readonly says: string;
} & (
  | { readonly state: 'ok' }
  /** What to do: a command in quotes, or a sentence. */
  | { readonly state: 'warning' | 'error'; readonly mend: string }
);

/** `ok` where nothing was found, else the worst; only an error makes the exit code 1 (`product.md` §6.2). */
export function worstOf(diagnoses: readonly Diagnosis[]): Diagnosis['state'] {
  if (diagnoses.some(({ state }) => state === 'error')) return 'error';
  return diagnoses.some(({ state }) => state === 'warning') ? 'warning' : 'ok';
}

/** A line for each, its mend below it, and the sum. Safe to print. */
export function doctorText(diagnoses: readonly Diagnosis[], style: Style): string {
  const width = Math.max(0, ...diagnoses.map(({ about }) => escapeText(about).length));
  const lines = diagnoses.flatMap((diagnosis) => {
    const state = paintOf(diagnosis.state, style)(diagnosis.state.padEnd('warning'.length));
    const line = `${state}  ${escapeText(diagnosis.about).padEnd(width)}  ${oneLine(diagnosis.says)}`;
    return diagnosis.state === 'ok' ? [line] : [line, `${' '.repeat(9)}to mend: ${oneLine(diagnosis.mend)}`];
  });
  return [...lines, '', sumOf(diagnoses)].join('\n');
}

function oneLine(text: string): string {
  return text.split('\n').map(escapeText).join(' ');
}

function sumOf(diagnoses: readonly Diagnosis[]): string {
  const number = (wanted: Diagnosis['state']) => diagnoses.filter(({ state }) => state === wanted).length;
  const parts = [
    ...(number('error') > 0 ? [count(number('error'), 'error')] : []),
    ...(number('warning') > 0 ? [count(number('warning'), 'warning')] : []),
  ];
  return parts.length === 0 ? 'everything is live' : parts.join(', ');
}

function paintOf(state: Diagnosis['state'], style: Style): Paint {
  return { ok: style.green, warning: style.yellow, error: style.red }[state];
}
