/**
 * What a command is, as data: the table that help, argument parsing, the man page's test and shell completion read.
 *
 * To add a command: 1. declare it in one of the files of `table/`; 2. write `commands/<name>.ts` (`key new` →
 * `commands/key-new.ts`) that exports `run(context, args)` and returns its exit code; 3. add its line to `load.ts`. The
 * manual's test then asks for its paragraph in `man/git-mlchain.1`.
 */
export interface CommandSpec {
  /** One word, or two (`key new`). */
  readonly name: string;
  readonly group: CommandGroup;
  /** One line, in the imperative, lower case, no full stop. */
  readonly summary: string;
  /** What help says below the usage line, already wrapped. */
  readonly description?: string;
  readonly positionals?: readonly PositionalSpec[];
  /** Placeholder of what may stand after `--` and is handed on untouched. */
  readonly passthrough?: string;
  readonly options?: readonly OptionSpec[];
  /** Command lines that work as written. */
  readonly examples?: readonly string[];
  /** Its output goes through the pager where git's would. */
  readonly pages?: boolean;
  /** Called by the hook scripts, not by people: not listed. */
  readonly hidden?: boolean;
}

export type CommandGroup = 'set up' | 'work' | 'check' | 'exchange';

export interface PositionalSpec {
  readonly name: string;
  readonly required?: boolean;
  readonly repeatable?: boolean;
}

export interface OptionSpec {
  /** The long name without its dashes, as typed: `no-inspect`. One letter: there is only the short form (`-C`). */
  readonly name: string;
  /** The short form beside a long one, a letter. */
  readonly short?: string;
  /** Placeholder of the value; an option without one is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly repeatable?: boolean;
  readonly summary: string;
}

/** Taken by every command, before or after its name. */
export const globalOptions: readonly OptionSpec[] = [
  { name: 'C', value: 'DIR', repeatable: true, summary: 'run as if started in DIR' },
  { name: 'json', summary: 'one JSON document on standard output, nothing else there' },
  { name: 'quiet', short: 'q', summary: 'say nothing but errors and what was asked for' },
  { name: 'no-color', summary: 'no colours' },
  { name: 'help', short: 'h', summary: 'show this help' },
  { name: 'version', summary: 'show the version' },
];

/** The first words of the two-word commands: `key`, `layout`, `hooks`. */
export function groupWords(commands: readonly CommandSpec[]): ReadonlySet<string> {
  return new Set(
    commands.flatMap(({ name }) => (name.includes(' ') ? [name.slice(0, name.indexOf(' '))] : [])),
  );
}

export function subcommands(commands: readonly CommandSpec[], word: string): readonly CommandSpec[] {
  return commands.filter(({ name }) => name.startsWith(`${word} `));
}
