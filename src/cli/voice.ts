import type { Writable } from 'node:stream';
import { MlchainError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { noProgress } from '../progress.ts';
import { escapeLines } from '../report/escape.ts';
import { jsonDocument } from '../report/json.ts';
import type { Style } from '../report/style.ts';
import { styleFor, styleSequence } from '../report/style.ts';
import { ProgressLine } from './progress.ts';
import type { Streams } from './streams.ts';

export interface VoiceSettings {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The one place that writes to the terminal. Standard output carries what was asked for, standard error everything
 * else. Whatever text a command hands over, no control character but those of our own colours gets through: an
 * attacker's file name cannot repaint the verdict even where a command forgot to escape it.
 */
export class Voice {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  /** Colours for standard output. */
  readonly style: Style;
  /** Colours for standard error. */
  readonly errorStyle: Style;
  readonly #streams: Streams;
  readonly #progress: ProgressLine | undefined;
  #out: Writable;

  constructor(streams: Streams, settings: VoiceSettings) {
    this.isJson = settings.json;
    this.isQuiet = settings.quiet;
    this.style = styleFor(settings.color && showsColor(streams.stdout, settings.env));
    this.errorStyle = styleFor(settings.color && showsColor(streams.stderr, settings.env));
    this.#streams = streams;
    this.#progress = showsProgress(streams, settings) ? new ProgressLine(streams.stderr) : undefined;
    this.#out = streams.stdout;
  }

  /** A line, or several, for people; nothing under --json and -q. */
  say(text = ''): void {
    if (this.isJson || this.isQuiet) return;
    this.endProgress();
    this.#out.write(`${safe(text)}\n`);
  }

  /** What was asked for, byte by byte and also under -q: a certificate, a fingerprint, signed JSON. */
  print(data: string | Uint8Array): void {
    this.endProgress();
    this.#out.write(data);
  }

  /** The one document of --json; nothing without it. */
  document(value: unknown): void {
    if (this.isJson) this.print(jsonDocument(value));
  }

  /** What happens besides, on standard error; nothing under -q. */
  note(text: string): void {
    if (!this.isQuiet) this.#complain(text);
  }

  /** What the user must know, also under -q. */
  warn(text: string, hint?: string): void {
    this.#complain(`${this.errorStyle.yellow('warning:')} ${text}`);
    if (hint !== undefined) this.hint(hint);
  }

  hint(text: string): void {
    for (const line of text.split('\n')) this.#complain(`${this.errorStyle.yellow('hint:')} ${line}`);
  }

  /** `git-mlchain: <message>`, and the hint. */
  error(message: string, hint?: string): void {
    this.#complain(`${this.errorStyle.red('git-mlchain:')} ${message}`);
    if (hint !== undefined) this.hint(hint);
  }

  /** Where an error came from, and what caused it. */
  trace(error: Error): void {
    this.#complain(error.stack ?? error.message);
    if (error.cause instanceof Error) this.#complain(`caused by ${error.cause.stack ?? error.cause.message}`);
  }

  /** Resolves when the reader (a slow pager) has room again: to be awaited by commands that stream. */
  async flush(): Promise<void> {
    const out = this.#out;
    if (!out.writableNeedDrain || out.destroyed) return;
    await new Promise<void>((resolve) => {
      out.once('drain', resolve);
      out.once('close', resolve);
    });
  }

  /** Sends standard output somewhere else: into the pager. */
  redirect(out: Writable): void {
    this.#out = out;
  }

  /** Hooks and scripts have nobody to ask. */
  get canAsk(): boolean {
    return this.#streams.stdin.isTTY === true && this.#streams.stderr.isTTY === true;
  }

  /** Asks, and takes only `y` or `yes` for a yes. `yes` (--yes) answers; with neither it nor a terminal: usage error. */
  async confirm(question: string, yes: boolean): Promise<boolean> {
    if (yes) return true;
    if (!this.canAsk) {
      throw new MlchainError('usage', `there is no terminal to ask on: ${question}`, {
        hint: 'give --yes to answer yes',
      });
    }
    this.endProgress();
    const { askLine } = await import('./prompt.ts');
    const answer = await askLine(this.#streams, `${safe(question)} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  }

  /** Reads a passphrase without echo; undefined where there is no terminal. */
  async askSecret(question: string): Promise<string | undefined> {
    if (!this.canAsk) return undefined;
    this.endProgress();
    const { askSecretly } = await import('./prompt.ts');
    return await askSecretly(this.#streams, safe(question));
  }

  /** For long work to tell how far it is, on a line of the terminal that the next word takes away. */
  get progress(): Progress {
    return this.#progress?.report ?? noProgress;
  }

  /** How many lines can be shown {@link meanwhile}: none where standard output is read by anything but a person. */
  get room(): number {
    return this.#streams.stdout.isTTY === true ? (this.#progress?.room ?? 0) : 0;
  }

  /** For what is not known to be so yet: lines above the progress line, which the next word takes away too. */
  meanwhile(lines: readonly string[]): void {
    this.#progress?.above(lines.slice(0, this.room).map(safe));
  }

  /** Before somebody else writes to the terminal. */
  endProgress(): void {
    this.#progress?.erase();
  }

  #complain(text: string): void {
    this.endProgress();
    this.#streams.stderr.write(`${safe(text)}\n`);
  }
}

/** NO_COLOR counts with any value but the empty one (no-color.org). */
function showsColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if ((env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb') return false;
  return stream.isTTY === true;
}

const splitAtStyles = new RegExp(`(${styleSequence.source})`);

/** A log of a build is no place for a line that is written over and over. */
function showsProgress({ stderr }: Streams, { json, quiet, env }: VoiceSettings): boolean {
  const isDumb = (env.CI ?? '') !== '' || env.TERM === 'dumb';
  return stderr.isTTY === true && !json && !quiet && !isDumb;
}

/** Our own colours, tabs and line feeds pass; every other control is shown, not done. */
function safe(text: string): string {
  return text
    .split(splitAtStyles)
    .map((part, index) => (index % 2 === 1 ? part : part.split('\t').map(escapeLines).join('\t')))
    .join('');
}
