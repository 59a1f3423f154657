import { jsonDocument } from '../report/json.ts';
import { junit } from '../report/junit.ts';
import { sarif } from '../report/sarif.ts';
import { verdictJson } from '../report/verdict-json.ts';
import { verdictText } from '../report/verdict-text.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import type { Args } from './args.ts';
import type { Context } from './context.ts';

/** The verdict in the format asked for; standard output carries nothing else. */
export function speak({ voice }: Context, args: Args, report: VerdictReport): void {
  const format = args.choice('format', ['text', 'json', 'sarif', 'junit']) ?? 'text';
  if (format === 'junit') voice.print(junit(report));
  else if (format === 'sarif') voice.print(sarif(report));
  else if (voice.isJson || format === 'json') voice.print(jsonDocument(verdictJson(report)));
  else voice.say(verdictText(report, voice.style, args.has('verbose')));
}
