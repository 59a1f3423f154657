import { MlchainError } from '../../errors.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `verify [REV|RANGE]`, or `verify --bundle FILE ARTIFACT…`, or `verify --in-toto DIR`: each loads only what it needs. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  if (args.has('bundle')) return await (await import('./verify-bundle.ts')).run(context, args);
  if (args.positionals.length > 1) throw tooMany();
  if (args.has('in-toto')) return await (await import('./verify-in-toto.ts')).run(context, args);
  return await (await import('./verify-repository.ts')).run(context, args);
}

function tooMany(): MlchainError {
  return new MlchainError('usage', "too many arguments for 'git mlchain verify'", {
    hint: 'one REV or RANGE; several artifacts only with --bundle',
  });
}
