import type { CommandGroup, CommandSpec, OptionSpec, PositionalSpec } from './command.ts';
import { globalOptions, subcommands } from './command.ts';

const groups: readonly (readonly [CommandGroup, string])[] = [
  ['set up', 'set up (once a repository, once a clone)'],
  ['work', 'work'],
  ['check', 'check'],
  ['exchange', 'exchange'],
];

/** `git mlchain -h`: every command, by what it is for. */
export function overview(commands: readonly CommandSpec[]): string {
  const listed = commands.filter((command) => !command.hidden);
  const sections = groups.map(([group, title]) => {
    const members = listed.filter((command) => command.group === group);
    return `${title}\n${list(members, widest(listed))}`;
  });
  return [
    'usage: git mlchain <command> [<options>]',
    'in-toto for machine learning, kept in your git history',
    ...sections,
    `options of every command\n${optionLines(globalOptions)}`,
    "'git mlchain <command> -h' tells more; 'git help mlchain' opens the manual.",
  ].join('\n\n');
}

/** `git mlchain key`: the commands that begin with that word. */
export function groupHelp(commands: readonly CommandSpec[], word: string): string {
  const members = subcommands(commands, word);
  return `usage: git mlchain ${word} <command> [<options>]\n\n${list(members, widest(members))}`;
}

export function commandHelp(command: CommandSpec): string {
  const sections = [`usage: ${synopsis(command)}`, sentence(command.summary)];
  if (command.description !== undefined) sections.push(command.description);
  if (command.options !== undefined) sections.push(optionLines(command.options));
  if (command.examples !== undefined) {
    sections.push(`examples\n${command.examples.map((line) => `   ${line}`).join('\n')}`);
  }
  return sections.join('\n\n');
}

/** `git mlchain record [<options>] [COMMIT|RANGE]` */
export function synopsis(command: CommandSpec): string {
  const words = ['git mlchain', command.name];
  if (command.options !== undefined) words.push('[<options>]');
  words.push(...(command.positionals ?? []).map(positionalUsage));
  if (command.passthrough !== undefined) words.push(`[-- ${command.passthrough}…]`);
  return words.join(' ');
}

function positionalUsage({ name, required, repeatable }: PositionalSpec): string {
  const word = repeatable ? `${name}…` : name;
  return required ? word : `[${word}]`;
}

function list(commands: readonly CommandSpec[], width: number): string {
  return commands.map(({ name, summary }) => `   ${name.padEnd(width)}   ${summary}`).join('\n');
}

function widest(commands: readonly CommandSpec[]): number {
  return Math.max(...commands.map(({ name }) => name.length));
}

const COLUMN = 26;

/** As git shows them: the summary in a column of its own, on the next line where the option is too long for that. */
function optionLines(options: readonly OptionSpec[]): string {
  return options
    .map((option) => {
      const head = `    ${optionUsage(option)}`;
      const gap = head.length < COLUMN ? ' '.repeat(COLUMN - head.length) : `\n${' '.repeat(COLUMN)}`;
      return head + gap + option.summary;
    })
    .join('\n');
}

function optionUsage({ name, short, value }: OptionSpec): string {
  const long = `${name.length === 1 ? '-' : '--'}${name}${value === undefined ? '' : ` ${value}`}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
