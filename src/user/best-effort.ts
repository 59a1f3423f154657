/**
 * For what a command can do without: undefined where the system refuses – a directory that is missing, unreadable,
 * read-only or full.
 */
export function bestEffort<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined;
    throw error;
  }
}
