import { MlchainError } from '../errors.ts';
import type { CommandSpec } from './command.ts';
import { parseDuration, parseTime } from './duration.ts';

/**
 * What stood on the command line, for the command that asks: always text as typed – an id like `0123456789` or `12E5`
 * is never taken for a number –, turned into a number or a time only where the command wants one.
 */
export class Args {
  readonly positionals: readonly string[];
  /** What stood after `--`, untouched; undefined where no `--` was given. */
  readonly passthrough: readonly string[] | undefined;
  readonly #spec: CommandSpec;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(
    spec: CommandSpec,
    values: ReadonlyMap<string, readonly string[]>,
    positionals: readonly string[],
    passthrough: readonly string[] | undefined,
  ) {
    this.#spec = spec;
    this.#values = values;
    this.positionals = positionals;
    this.passthrough = passthrough;
  }

  /** Was the flag, or the option with any value, given? */
  has(option: string): boolean {
    return this.#given(option).length > 0;
  }

  value(option: string): string | undefined {
    return this.#given(option)[0];
  }

  /** All values of a repeatable option, in the order typed. */
  values(option: string): readonly string[] {
    return this.#given(option);
  }

  /** A whole number ≥ `least`; usage error for anything else. */
  integer(option: string, least = 0): number | undefined {
    return this.#typed(option, `a whole number from ${least} up`, (text) => {
      const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
      return number >= least ? number : undefined;
    });
  }

  /** Seconds, from `90d`, `8h`, `1y`. */
  duration(option: string): number | undefined {
    return this.#typed(option, 'a time span like 90d, 8h or 1y', parseDuration);
  }

  /** Milliseconds since the epoch, from `2026-11-22` or `2026-11-22T08:00:00Z`. */
  time(option: string): number | undefined {
    return this.#typed(option, 'a time like 2026-11-22 or 2026-11-22T08:00:00Z', parseTime);
  }

  /** One of a closed list of words. */
  choice<const Word extends string>(option: string, words: readonly Word[]): Word | undefined {
    return this.#typed(option, words.join(', '), (text) => words.find((word) => word === text));
  }

  /** `NAME=VALUE` pairs of a repeatable option; a pair without `=` has the value undefined. */
  pairs(option: string): readonly (readonly [name: string, value: string | undefined])[] {
    return this.#given(option).map((text) => {
      const equals = text.indexOf('=');
      return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
    });
  }

  #typed<Type>(
    option: string,
    expected: string,
    parse: (text: string) => Type | undefined,
  ): Type | undefined {
    const text = this.value(option);
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed === undefined) {
      throw new MlchainError('usage', `--${option}: expected ${expected}, found '${text}'`);
    }
    return parsed;
  }

  #given(option: string): readonly string[] {
    if (!this.#spec.options?.some(({ name }) => name === option)) {
      throw new Error(`'${this.#spec.name}' declares no option --${option}`);
    }
    return this.#values.get(option) ?? [];
  }
}
