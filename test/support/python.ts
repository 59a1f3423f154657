import { spawnSync } from 'node:child_process';

/** Debian's Python, where its in-toto lives: the peer that decides what is right. */
const PYTHON = '/usr/bin/python3';

/**
 * Asks the peer's own code about many inputs in one process. The body sees one input as `value` and sets `answer`; an
 * exception becomes `{error: its class}`.
 */
export function askPython<T>(imports: string, body: string, inputs: readonly unknown[]): readonly T[] {
  const indented = body.replace(/^/gm, '        ');
  const script = `import json, sys
${imports}
answers = []
for value in json.load(sys.stdin):
    try:
${indented}
    except Exception as error:
        answer = {"error": type(error).__name__}
    answers.append(answer)
json.dump(answers, sys.stdout)
`;
  const result = spawnSync(PYTHON, ['-c', script], {
    input: JSON.stringify(inputs),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
  });
  if (result.status !== 0)
    throw new Error(`python ended with ${result.status}: ${result.error ?? result.stderr}`);
  return JSON.parse(result.stdout) as readonly T[];
}
