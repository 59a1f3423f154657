import type { CommandSpec } from '../command.ts';

export const exchangeCommands: readonly CommandSpec[] = [
  {
    name: 'sync',
    group: 'exchange',
    summary: 'fetch evidence from a remote and deliver yours',
    positionals: [{ name: 'REMOTE' }],
  },
  {
    name: 'export',
    group: 'exchange',
    summary: 'write layout, links and products for in-toto-verify',
    description: 'Prints the command line that checks what was written. DIR lies outside the checkout.',
    positionals: [{ name: 'REV' }],
    options: [{ name: 'in-toto', value: 'DIR', summary: 'the directory to write, new or empty' }],
    examples: ['git mlchain export --in-toto ../out'],
  },
];
