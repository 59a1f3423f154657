import { runVectors, type VectorReport } from './run.ts';

/**
 * `npm run vectors -- DIR…`: runs every vector found below the directories, prints each row that fails and totals for
 * each file. Exit 1 if a row fails, or a directory holds none: an empty run must not look like a good one.
 */
async function main(directories: readonly string[]): Promise<number> {
  if (directories.length === 0) {
    console.error('usage: npm run vectors -- DIR…');
    return 2;
  }
  let isGood = true;
  for (const directory of directories) {
    const reports = await runVectors(directory);
    for (const report of reports) print(report);
    const rows = reports.flatMap((report) => report.rows);
    if (rows.length === 0) console.log(`${directory}: no vectors found`);
    isGood &&= rows.length > 0 && rows.every(({ outcome }) => outcome !== 'fails');
  }
  return isGood ? 0 : 1;
}

function print({ place, rows }: VectorReport): void {
  const differing = rows.filter(({ outcome }) => outcome === 'differs');
  const failing = rows.filter(({ outcome }) => outcome === 'fails');
  for (const { name, message } of differing)
    console.log(`differs, as it may: ${place}: ${name}: ${shorten(message)}`);
  for (const { name, message } of failing) console.log(`FAILED: ${place}: ${name}: ${shorten(message)}`);
  console.log(`${place}: ${rows.length} rows, ${rows.length - failing.length} hold, ${failing.length} fail`);
}

function shorten(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

process.exitCode = await main(process.argv.slice(2));
