import type { CommandSpec, OptionSpec } from '../command.ts';

const people: readonly OptionSpec[] = [
  {
    name: 'functionary',
    value: '[STEP=]KEY',
    repeatable: true,
    summary: 'who may sign STEP (or every step): a fingerprint or a certificate file',
  },
  {
    name: 'threshold',
    value: 'STEP=N',
    repeatable: true,
    summary: 'how many of them must agree (default 1)',
  },
];

function expires(summary: string): OptionSpec {
  return { name: 'expires', value: 'WHEN', summary };
}

export const layoutCommands: readonly CommandSpec[] = [
  {
    name: 'layout new',
    group: 'set up',
    summary: 'draft a layout from .mlchainrc',
    description: `Every step of .mlchainrc becomes a step of the layout, its rules derived from who
makes what from what. Each step needs a functionary. Sign the draft with
'git mlchain layout sign', then commit it.`,
    options: [
      ...people,
      expires('like 1y, 6m for months, 30d, or a date'),
      { name: 'from-dvc', summary: 'take the steps from the stages of dvc.yaml instead' },
      { name: 'force', summary: 'replace the layout that is there; its identity is kept' },
    ],
    examples: [
      'git mlchain layout new --expires 1y --functionary source=5A3F… --functionary prepare=alice.asc',
      'git mlchain layout new --from-dvc --functionary 5A3F…',
    ],
  },
  {
    name: 'layout set',
    group: 'set up',
    summary: 'change the layout and open it for signing again',
    options: [
      ...people,
      expires('like 1y, 6m for months, 30d, or a date'),
      {
        name: 'remove-functionary',
        value: '[STEP=]FPR',
        repeatable: true,
        summary: 'who may no longer sign STEP (or any step)',
      },
    ],
    examples: ['git mlchain layout set --expires 1y'],
  },
  {
    name: 'layout sign',
    group: 'set up',
    summary: 'sign the layout as an owner; several owners sign in turn',
    options: [{ name: 'key', value: 'FPR', summary: 'sign with this key' }],
  },
  {
    name: 'layout check',
    group: 'set up',
    summary: 'find what is wrong or doubtful in the layout',
    description: 'Ends with 1 on an error and with 0 on warnings.',
  },
  {
    name: 'layout show',
    group: 'set up',
    summary: 'say in plain words what the layout demands',
    pages: true,
  },
];
