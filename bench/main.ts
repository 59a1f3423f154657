import { execFileSync } from 'node:child_process';
import * as os from 'node:os';
import { rows } from './rows.ts';
import { BenchStage } from './stage.ts';

/** `npm run bench [-- P4 P5]`: prints the table of `bench/README.md`, measured now, each row against its peer. */
// Where it is set, every start of Node takes some 45 ms more: ours, which runs without, would look that much better.
delete process.env.NODE_EXTRA_CA_CERTS;
const stage = new BenchStage();
const wanted = process.argv.slice(2);
try {
  console.log(
    `${os.cpus()[0]?.model}, ${os.availableParallelism()} cores, Node ${process.version}, ${version('git')}, load ${os.loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log('| # | work | ours | peer | ratio | to reach | |\n|---|---|---|---|---|---|---|');
  for (const [id, measure] of rows) {
    if (wanted.length > 0 && !wanted.includes(id)) continue;
    const row = await measure(stage);
    console.log(
      `| ${row.id} | ${row.work} | ${row.ours} | ${row.peer} | ${row.ratio} | ${row.wanted} | ${row.reached === undefined ? '–' : row.reached ? 'reached' : 'missed'} |`,
    );
  }
} finally {
  stage.remove();
}

function version(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
}
