import type { Readable, Writable } from 'node:stream';

/** The three streams of the process; `isTTY` is undefined for files and pipes. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
}
