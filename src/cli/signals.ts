import * as os from 'node:os';

/** A reader that went away (`| head`): end as git does, by the code of SIGPIPE, never by 0 – the verdict was not read. */
const SIGPIPE_EXIT = 128 + os.constants.signals.SIGPIPE;

/** 130 for Ctrl-C. `exit` handlers still run, so scratch directories are removed. */
export function onSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
  }
}

export function leaveQuietly(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'EPIPE') throw cause;
  process.exit(SIGPIPE_EXIT);
}

/** While a pager reads, Ctrl-C is the pager's, as with git: leaving now would leave two readers on one terminal. */
export function leaveInterruptToPager(): void {
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', () => undefined);
}
