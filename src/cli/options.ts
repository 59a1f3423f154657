import { MlchainError } from '../errors.ts';
import type { CommandSpec, OptionSpec } from './command.ts';
import { globalOptions, groupWords, subcommands } from './command.ts';
import { didYouMean } from './nearest.ts';

/** A command line taken apart; every word still as it was typed. */
export interface CommandLine {
  /** Undefined where none was named, which is an error unless help or version was asked for. */
  readonly command: CommandSpec | undefined;
  /** The first word of a two-word command whose second word is missing: `key`. */
  readonly group: string | undefined;
  readonly global: ReadonlyMap<string, readonly string[]>;
  /** Long name → values; a flag has the value `''` for each time it was given. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly passthrough: readonly string[] | undefined;
}

/**
 * Takes `argv` (without node and script) apart by what the command declares, before cac sees any of it: cac turns the
 * id `12E5` into 1200000, lets the flag `--record-streams` swallow the word after it, reads `-n20` as two options and
 * knows no two-word commands. Throws a usage error with the nearest known name.
 */
export function readCommandLine(argv: readonly string[], commands: readonly CommandSpec[]): CommandLine {
  const dashes = argv.indexOf('--');
  const reader = new Reader(dashes < 0 ? argv : argv.slice(0, dashes), commands);
  reader.readAll();
  const passthrough = dashes < 0 ? undefined : argv.slice(dashes + 1);
  return { ...reader.result(), passthrough };
}

class Reader {
  readonly #words: string[];
  readonly #commands: readonly CommandSpec[];
  readonly #global = new Map<string, string[]>();
  readonly #options = new Map<string, string[]>();
  readonly #positionals: string[] = [];
  #command: CommandSpec | undefined;
  #group: string | undefined;

  constructor(words: readonly string[], commands: readonly CommandSpec[]) {
    this.#words = [...words];
    this.#commands = commands;
  }

  result(): Omit<CommandLine, 'passthrough'> {
    return {
      command: this.#command,
      group: this.#command === undefined ? this.#group : undefined,
      global: this.#global,
      options: this.#options,
      positionals: this.#positionals,
    };
  }

  readAll(): void {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (word.startsWith('--')) this.#readLong(word);
      else if (word.startsWith('-') && word !== '-') this.#readShort(word);
      else if (this.#command === undefined) this.#readCommand(word);
      else this.#positionals.push(word);
    }
  }

  #readCommand(word: string): void {
    const name = this.#group === undefined ? word : `${this.#group} ${word}`;
    this.#command = this.#commands.find((command) => command.name === name);
    if (this.#command !== undefined) return;
    if (this.#group === undefined && groupWords(this.#commands).has(word)) this.#group = word;
    else throw unknownCommand(name, this.#group, this.#commands);
  }

  #readLong(word: string): void {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const option = this.#find((candidate) => candidate.name === name && name.length > 1);
    if (option === undefined) throw this.#unknownOption(`--${name}`, name);
    if (equals < 0) this.#add(option, option.value === undefined ? '' : this.#takeValue(option, `--${name}`));
    else if (option.value === undefined) throw usage(`--${name} takes no value, found '${word}'`);
    else this.#add(option, word.slice(equals + 1));
  }

  /** `-q`, `-qy`, `-n20`, `-n 20`, and git's own `-20`. */
  #readShort(word: string): void {
    let letters = /^-\d+$/.test(word) ? `n${word.slice(1)}` : word.slice(1);
    while (letters !== '') {
      const letter = letters.charAt(0);
      letters = letters.slice(1);
      const option = this.#find((candidate) => candidate.short === letter || candidate.name === letter);
      if (option === undefined) throw this.#unknownOption(`-${letter}`, undefined);
      if (option.value === undefined) this.#add(option, '');
      else this.#add(option, letters === '' ? this.#takeValue(option, `-${letter}`) : letters);
      if (option.value !== undefined) return;
    }
  }

  #takeValue(option: OptionSpec, shown: string): string {
    const value = this.#words[0];
    if (value === undefined || /^-./.test(value)) {
      const hint =
        value === undefined ? undefined : `if it begins with a dash, write --${option.name}=${option.value}`;
      throw usage(`${shown} needs a value: ${option.value}`, hint);
    }
    this.#words.shift();
    return value;
  }

  #add(option: OptionSpec, value: string): void {
    const target = globalOptions.includes(option) ? this.#global : this.#options;
    const values = target.get(option.name) ?? [];
    if (values.length > 0 && option.value !== undefined && option.repeatable !== true) {
      throw usage(`--${option.name} was given twice`);
    }
    target.set(option.name, [...values, value]);
  }

  #known(): readonly OptionSpec[] {
    return [...(this.#command?.options ?? []), ...globalOptions];
  }

  #find(matches: (option: OptionSpec) => boolean): OptionSpec | undefined {
    return this.#known().find(matches);
  }

  #unknownOption(shown: string, name: string | undefined): MlchainError {
    const of = this.#command === undefined ? '' : ` of 'git mlchain ${this.#command.name}'`;
    const help = `see 'git mlchain ${this.#command?.name ?? ''}${this.#command ? ' ' : ''}-h'`;
    const known = this.#known().flatMap(({ name: long }) => (long.length > 1 ? [`--${long}`] : []));
    return usage(
      `unknown option ${shown}${of}`,
      name === undefined ? help : didYouMean(`--${name}`, known, help),
    );
  }
}

/** The error for a word that names no command; `group` is the first word where the second one is wrong. */
function unknownCommand(
  name: string,
  group: string | undefined,
  commands: readonly CommandSpec[],
): MlchainError {
  const listed =
    group === undefined ? commands.filter(({ hidden }) => !hidden) : subcommands(commands, group);
  const known = new Set([...(group ? [] : groupWords(listed)), ...listed.map((command) => command.name)]);
  const help = group === undefined ? "see 'git mlchain -h'" : `one of: ${[...known].join(', ')}`;
  return usage(`'${name}' is not a git-mlchain command`, didYouMean(name, known, help));
}

function usage(message: string, hint?: string): MlchainError {
  return new MlchainError('usage', message, { hint });
}
