import { entryLine, withEntry } from './entry.ts';
import type { Manager } from './managers.ts';
import type { HookName } from './script.ts';

/** What a person adds to a file that we cannot edit. */
export function advice(manager: Manager, hook: HookName): string {
  if (manager.name === 'simple-git-hooks')
    return `${JSON.stringify(hook)}: ${JSON.stringify(withEntry(undefined, hook))}`;
  const takesInput = hook === 'pre-push' || hook === 'post-rewrite';
  return [
    `${hook}:`,
    '  commands:',
    '    mlchain:',
    `      run: '${entryLine(hook, '{0}')}'`,
    ...(takesInput ? ['      use_stdin: true'] : []),
  ].join('\n');
}
