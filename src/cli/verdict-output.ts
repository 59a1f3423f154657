import { jsonDocument } from '../report/json.ts';
import { verdictJson } from '../report/verdict-json.ts';
import { verdictText } from '../report/verdict-text.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import type { Args } from './args.ts';
import type { Context } from './context.ts';

/** The verdict in the format asked for; standard output carries nothing else. */
export async function speak({ voice }: Context, args: Args, report: VerdictReport): Promise<void> {
  const format = args.choice('format', ['text', 'json', 'sarif', 'junit']) ?? 'text';
  if (format === 'junit') voice.print((await import('../report/junit.ts')).junit(report));
  else if (format === 'sarif') voice.print((await import('../report/sarif.ts')).sarif(report));
  else if (voice.isJson || format === 'json') voice.print(jsonDocument(verdictJson(report)));
  else voice.say(verdictText(report, voice.style));
}
