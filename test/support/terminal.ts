import type { ExecOptions, ExecResult } from './exec.ts';
import { exec } from './exec.ts';

/*
 * Python comes with in-toto, a peer that the tests need anyway; its pty module is the shortest way to a terminal. The
 * child reads nothing before it has said `after`, so that a prompt meets its answer in raw mode too.
 */
const SCRIPT = `
import os, pty, sys
wait, answer, argv = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
seen = b''
def read(fd):
    global seen, answer
    data = os.read(fd, 65536)
    seen += data
    if answer and wait in seen:
        os.write(fd, answer)
        answer = b''
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(argv, read)))
`;

export interface Dialogue {
  /** Typed once `after` has appeared on the terminal. */
  readonly type?: string;
  readonly after?: string;
  /** The height of the terminal; unknown to the program where left out. */
  readonly rows?: number;
}

/** Runs a program on a terminal of its own; standard output has all that the terminal showed, `\r\n` as `\n`. */
export async function onTerminal(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { type = '', after = '', rows }: Dialogue = {},
  options: ExecOptions = {},
): Promise<ExecResult> {
  const sized = rows === undefined ? [] : ['sh', '-c', `stty rows ${rows} cols 80 && exec "$@"`, 'sh'];
  const result = await exec('python3', ['-c', SCRIPT, after, type, ...sized, ...argv], env, {
    code: 'any',
    ...options,
  });
  return { ...result, stdout: result.stdout.replaceAll('\r\n', '\n') };
}
