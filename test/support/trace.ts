import * as fs from 'node:fs';

/** The git commands of which a file that GIT_TRACE2_EVENT named tells, without what comes before the subcommand. */
function started(trace: string): string[][] {
  const events = fs.readFileSync(trace, 'utf8').split('\n').filter(Boolean);
  return events.flatMap((line) => {
    const { event, argv } = JSON.parse(line) as { event: string; argv?: string[] };
    return event === 'start' && argv !== undefined ? [subcommand(argv.slice(1))] : [];
  });
}

/** Those of one subcommand. */
export function startedWith(trace: string, name: string): string[][] {
  return started(trace).filter(([first]) => first === name);
}

function subcommand(words: string[]): string[] {
  const [first, ...rest] = words;
  if (first === undefined || !first.startsWith('-')) return words;
  return subcommand(first === '-c' ? rest.slice(1) : rest);
}
