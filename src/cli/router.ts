import { cac } from 'cac';
import { MlchainError } from '../errors.ts';
import { Args } from './args.ts';
import type { CommandSpec, PositionalSpec } from './command.ts';
import { synopsis } from './help.ts';
import type { CommandLine } from './options.ts';

/** Stands before every positional, so that cac's parser never meets a bare dash. Taken off again behind it. */
const GUARD = '=';

/**
 * Finds the declared command and checks how many positionals it takes – cac's part –, then calls `start` with the words
 * as typed. cac gets no options at all: `options.ts` has read them.
 */
export async function route<Result>(
  line: CommandLine & { readonly command: CommandSpec },
  commands: readonly CommandSpec[],
  start: (command: CommandSpec, args: Args) => Promise<Result>,
): Promise<Result> {
  const cli = cac('git mlchain');
  for (const command of commands) {
    const brackets = (command.positionals ?? []).map(bracketed).join(' ');
    cli
      .command(`${oneWord(command)} ${brackets}`, command.summary)
      .action(() => start(command, new Args(command, line.options, line.positionals, line.passthrough)));
  }
  const positionals = line.positionals.map((word) => GUARD + word);
  cli.parse(['node', 'git-mlchain', oneWord(line.command), ...positionals], { run: false });
  // cac does nothing, and says nothing, where no command matches.
  if (!cli.matchedCommand) throw new Error(`'${line.command.name}' is declared but was not matched`);
  checkPassthrough(line);
  return await (runMatched(cli, line.command) as Promise<Result>);
}

function runMatched(cli: ReturnType<typeof cac>, command: CommandSpec): unknown {
  try {
    return cli.runMatchedCommand();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'CACError') throw cause;
    const problem = cause.message.startsWith('missing') ? 'too few arguments' : 'too many arguments';
    const hint = command.passthrough === undefined ? '' : ` (a command goes behind --)`;
    throw new MlchainError('usage', `${problem} for 'git mlchain ${command.name}'`, {
      hint: `usage: ${synopsis(command)}${hint}`,
    });
  }
}

function checkPassthrough({ command, passthrough }: CommandLine & { readonly command: CommandSpec }): void {
  if (passthrough === undefined || command.passthrough !== undefined) return;
  throw new MlchainError('usage', `'git mlchain ${command.name}' takes nothing after --`, {
    hint: `usage: ${synopsis(command)}`,
  });
}

function oneWord(command: CommandSpec): string {
  return command.name.replace(' ', '-');
}

/** In cac's notation. */
function bracketed({ name, required, repeatable }: PositionalSpec): string {
  const inside = repeatable ? `...${name}` : name;
  return required ? `<${inside}>` : `[${inside}]`;
}
