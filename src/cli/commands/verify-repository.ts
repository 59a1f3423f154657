import { assess } from '../../gather/assess.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodeOfVerdict } from '../exit.ts';
import { speak } from '../verdict-output.ts';

const TEN_MINUTES = 600;

/** `verify [REV|RANGE]`. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const repo = await context.openRepository();
  repo.askAhead();
  const { revision, within } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const trust = await readTrust(repo, {
    owners: args.values('owner'),
    strict: args.has('strict'),
    env: context.env,
  });
  const timeout = args.duration('inspection-timeout') ?? TEN_MINUTES;
  const report = await assess(repo, {
    revision,
    trust,
    questions: args.has('history') ? ['history'] : ['history', 'release'],
    ...(within === undefined ? {} : { within }),
    step: args.value('for'),
    deep: args.has('deep'),
    inspections: args.has('no-inspect') ? undefined : { timeoutMs: timeout * 1000 },
    now: Math.floor(context.now() / 1000),
    progress: context.voice.progress,
    cache: args.has('no-cache') ? 'none' : 'histories',
  });
  speak(context, args, report);
  return exitCodeOfVerdict(report.verdict);
}
