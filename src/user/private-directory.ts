import * as fs from 'node:fs';
import * as path from 'node:path';

const OTHERS_WRITE = 0o022;
/** Who may write there can still not rename or remove what is another's: `/tmp`. */
const STICKY = 0o1000;
const ROOT = 0;

/**
 * Makes the directory where it is missing and returns its real path; undefined unless nobody but this user (and root)
 * can put something there or another directory in its place. Under `sudo` with the caller's home nothing is made in it,
 * and nothing believed that is there.
 * @throws the error of node:fs where it cannot be made
 */
export function privateDirectory(directory: string): string | undefined {
  const user = process.getuid?.();
  if (user !== undefined && !isPrivate(nearestExisting(directory), user)) return undefined;
  makeDirectory(directory);
  const real = fs.realpathSync(directory);
  // Owner and mode mean nothing on Windows, where the user's profile is private by itself.
  return user === undefined || (isPrivate(real, user) && fs.lstatSync(real).uid === user) ? real : undefined;
}

/**
 * With those above it, mode 0700. Not by `recursive`, with which Node tries for ever where a file system says of a new
 * name that there is no such thing: `/proc`, an automounted `/home`.
 * @throws the error of node:fs
 */
export function makeDirectory(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeDirectory(path.dirname(directory));
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Somebody else just made it.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function isPrivate(directory: string, user: number): boolean {
  const { uid, mode } = fs.lstatSync(directory);
  if (uid !== user && uid !== ROOT) return false;
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return false;
  const above = path.dirname(directory);
  return above === directory || isPrivate(above, user);
}

function nearestExisting(directory: string): string {
  const exists = fs.statSync(directory, { throwIfNoEntry: false }) !== undefined;
  return exists ? fs.realpathSync(directory) : nearestExisting(path.dirname(directory));
}
