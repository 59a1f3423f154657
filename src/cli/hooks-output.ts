import type { HooksStatus } from '../hooks/status.ts';
import { isLive } from '../hooks/status.ts';
import { hooksText } from '../report/hooks-text.ts';
import type { ExitCode } from './exit.ts';
import type { Voice } from './voice.ts';

/** Says, or writes as JSON, where the hooks stand. 1 unless all of them are live and large files arrive. */
export function sayHooks(voice: Voice, status: HooksStatus): ExitCode {
  const { hooks, hooksDirectory, place, manager, lfs } = status;
  voice.document({
    hooks: hooks.map(({ chained, problem, variable, ...hook }) => ({
      ...hook,
      chained: chained ?? null,
      problem: problem ?? null,
      variable: variable ?? null,
    })),
    hooksDirectory,
    place,
    manager: manager ?? null,
    lfs,
  });
  voice.say(hooksText(status, voice.style));
  return hooks.every(isLive) && lfs !== 'nobody' ? 0 : 1;
}
