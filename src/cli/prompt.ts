import { createInterface } from 'node:readline';
import type { Streams } from './streams.ts';

/** Asks on standard error, so that standard output stays what was asked for. End of input is an empty answer. */
export function askLine(streams: Streams, question: string): Promise<string> {
  return new Promise((resolve) => {
    // The terminal itself edits the line and turns Ctrl-C into a signal.
    const reader = createInterface({ input: streams.stdin, output: streams.stderr, terminal: false });
    reader.on('close', () => resolve(''));
    reader.question(question, (answer) => {
      resolve(answer);
      reader.close();
    });
  });
}

/** As `askLine`, but nothing that is typed is shown. */
export async function askSecretly(streams: Streams, question: string): Promise<string> {
  const { stdin, stderr } = streams;
  // Before the question: whoever types at once must not see it either.
  stdin.setRawMode?.(true);
  try {
    stderr.write(question);
    return await readHidden(stdin);
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write('\n');
  }
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';

/** In raw mode the terminal edits nothing and sends no signals: both are done here. */
function readHidden(stdin: Streams['stdin']): Promise<string> {
  let typed = '';
  return new Promise((resolve) => {
    const onData = (chunk: Buffer | string) => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n' || character === CTRL_D) {
          stdin.off('data', onData);
          return resolve(typed);
        }
        if (character === CTRL_C) process.kill(process.pid, 'SIGINT');
        else if (character === '\x7f' || character === '\b') typed = [...typed].slice(0, -1).join('');
        else typed += character;
      }
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}
