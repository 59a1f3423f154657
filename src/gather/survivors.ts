import * as fs from 'node:fs';

/** A command that forks as fast as it is killed is given up on. */
const ROUNDS = 100;

/**
 * Kills every process of this machine that was started with a variable in its environment, wherever it went: one that
 * made a session of its own has left the process group, and its children hand the variable on. Linux only, where /proc
 * tells; what emptied its environment is not found.
 * @param variable `NAME=value`, of which the value is nobody else's
 */
export function killMarked(variable: string): void {
  if (process.platform !== 'linux') return;
  for (let round = 0; round < ROUNDS; round++) {
    const found = processes().filter((pid) => environmentOf(pid).includes(variable));
    if (found.filter(kill).length === 0) return;
  }
}

function processes(): number[] {
  return fs.readdirSync('/proc').flatMap((name) => (/^[1-9][0-9]*$/.test(name) ? [Number(name)] : []));
}

/** As the process was started. Somebody else's, or one that has just ended, has nothing to tell. */
function environmentOf(pid: number): readonly string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch (error) {
    if (isGoneOrForeign(error)) return [];
    throw error;
  }
}

/** Whether there was anything to kill. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if (isGoneOrForeign(error)) return false;
    throw error;
  }
}

function isGoneOrForeign(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code);
}
