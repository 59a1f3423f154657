import { runShell } from './shell.ts';
import { leaveQuietly, onSignals } from './signals.ts';

/** What Node itself says of a promise that nobody settled: an end without an answer must not look like *verified*. */
const UNSETTLED = 13;

onSignals();
process.stdout.on('error', leaveQuietly);
process.stderr.on('error', leaveQuietly);
process.exitCode = UNSETTLED;
// What the shell does not report itself ends the process as an unhandled rejection does, with 1.
void runShell(process.argv.slice(2), process).then((code) => {
  process.exitCode = code;
});
