import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Written whole or not at all, over whatever was there (a symbolic link included); `mode` as in chmod(2). */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.mlchain-${process.pid}`);
  const handle = await fs.open(temporary, 'w', mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(temporary, file);
}

export async function readText(file: string): Promise<string | undefined> {
  return await fs.readFile(file, 'utf8').catch(ifAbsent);
}

/** For `catch`: what is not there is `undefined`, anything else is still an error. */
export function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
