import { access, constants } from 'node:fs/promises';

/** Whether this process may write into a directory: verification works in a clone that is read-only, and remembers nothing. */
export async function isWritable(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}
