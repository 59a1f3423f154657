import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A directory of its own for one test; `cleanup` removes it with all it holds. */
export interface Scratch {
  readonly path: string;
  /** Writes a file below the directory (parents are made) and returns its absolute path. */
  write(name: string, content: string | Uint8Array): string;
  read(name: string): Buffer;
  cleanup(): void;
}

/** The path is short and real: agent sockets have a length limit, and macOS's temporary directory is a symbolic link. */
export function makeScratch(): Scratch {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'mlc-'));
  return {
    path: root,
    write(name, content) {
      const file = path.join(root, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
      return file;
    },
    read: (name) => fs.readFileSync(path.join(root, name)),
    cleanup: () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}
