import { MlchainError } from '../errors.ts';
import { version } from '../version.ts';
import type { Args } from './args.ts';
import type { CommandSpec } from './command.ts';
import { openContext } from './context.ts';
import type { ExitCode } from './exit.ts';
import { exitCodeOfError } from './exit.ts';
import { commandHelp, groupHelp, overview } from './help.ts';
import { loadCommand } from './load.ts';
import type { CommandLine } from './options.ts';
import { readCommandLine } from './options.ts';
import type { Pager } from './pager.ts';
import { route } from './router.ts';
import type { Streams } from './streams.ts';
import { commands } from './table.ts';
import { Voice } from './voice.ts';

/** The process as the shell needs it. */
export interface Surroundings extends Streams {
  readonly env: NodeJS.ProcessEnv;
  cwd(): string;
  chdir(directory: string): void;
  /** Leaves at once, when the reader of our output has gone. */
  exit(code: number): void;
}

/** Reads the command line, runs the command, reports what it throws. Whatever happens, the result is the exit code. */
export async function runShell(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  let voice = voiceFor(around, new Map());
  try {
    const line = readCommandLine(argv, commands);
    voice = voiceFor(around, line.global);
    if (line.global.has('version')) return printed(voice, `git-mlchain ${version}`);
    if (line.global.has('help')) return printed(voice, helpFor(line));
    if (line.command === undefined) return refuse(voice, line);
    for (const directory of line.global.get('C') ?? []) changeTo(directory, around);
    return await route({ ...line, command: line.command }, commands, (command, args) =>
      start(command, args, voice, around),
    );
  } catch (error) {
    report(error, voice, around.env);
    return exitCodeOfError(error);
  }
}

async function start(
  command: CommandSpec,
  args: Args,
  voice: Voice,
  around: Surroundings,
): Promise<ExitCode> {
  const module = await loadCommand(command.name);
  const { context, close } = openContext(voice, currentDirectory(around), around.env);
  const pager = command.pages ? await openPager(voice, around) : undefined;
  try {
    return await module.run(context, args);
  } finally {
    voice.endProgress();
    await close();
    await pager?.close();
  }
}

async function openPager(voice: Voice, around: Surroundings): Promise<Pager | undefined> {
  if (around.stdout.isTTY !== true || voice.isJson || voice.isQuiet) return undefined;
  // Commands that page change nothing: when the reader has seen enough, they may stop anywhere.
  const { pagerOnDemand } = await import('./pager.ts');
  const pager = pagerOnDemand(around.env, around.stdout, () => around.exit(0));
  voice.redirect(pager.input);
  return pager;
}

function voiceFor(around: Surroundings, global: CommandLine['global']): Voice {
  return new Voice(around, {
    json: global.has('json'),
    quiet: global.has('quiet'),
    color: !global.has('no-color'),
    env: around.env,
  });
}

function printed(voice: Voice, text: string): ExitCode {
  voice.print(`${text}\n`);
  return 0;
}

function helpFor({ command, group }: CommandLine): string {
  if (command !== undefined) return commandHelp(command);
  return group === undefined ? overview(commands) : groupHelp(commands, group);
}

function refuse(voice: Voice, line: CommandLine): ExitCode {
  voice.error(line.group === undefined ? 'no command given' : `'${line.group}' needs a second word`);
  voice.note(`\n${helpFor(line)}`);
  return 2;
}

function changeTo(directory: string, around: Surroundings): void {
  // git takes an empty -C for "stay here".
  if (directory === '') return;
  try {
    around.chdir(directory);
  } catch (cause) {
    throw new MlchainError('input', `cannot change to '${directory}': ${(cause as Error).message}`, {
      cause,
    });
  }
}

function currentDirectory(around: Surroundings): string {
  try {
    return around.cwd();
  } catch (cause) {
    throw new MlchainError('input', 'the current directory is gone', { cause });
  }
}

function report(error: unknown, voice: Voice, env: NodeJS.ProcessEnv): void {
  const debug = (env.MLCHAIN_DEBUG ?? '') !== '' && env.MLCHAIN_DEBUG !== '0';
  if (error instanceof MlchainError) voice.error(error.message, error.hint);
  else
    voice.error(
      `unexpected: ${messageOf(error)}`,
      debug ? undefined : 'MLCHAIN_DEBUG=1 shows where it happened',
    );
  if (debug && error instanceof Error) voice.trace(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
