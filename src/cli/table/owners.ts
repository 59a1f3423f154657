import type { CommandSpec } from '../command.ts';

export const ownersCommands: readonly CommandSpec[] = [
  {
    name: 'owners set',
    group: 'set up',
    summary: 'draft the next version of who owns the repository',
    description: `The first version starts from the owners that this clone has pinned, each later
one from the version before. Owners before and now sign it in turn with
'git mlchain owners sign'; a clone that pinned the former owners follows.`,
    options: [
      {
        name: 'add',
        value: 'KEY',
        repeatable: true,
        summary: 'a new owner: a fingerprint or a certificate file',
      },
      { name: 'remove', value: 'FPR', repeatable: true, summary: 'who is no owner any more' },
      { name: 'threshold', value: 'N', summary: 'how many of them must sign' },
      { name: 'expires', value: 'WHEN', summary: 'like 1y (default), 6m for months, 30d, or a date' },
    ],
    examples: ['git mlchain owners set --add oscar.asc --remove 5A3F… --threshold 1'],
  },
  {
    name: 'owners sign',
    group: 'set up',
    summary: 'sign the next version of the owners, as one of before or of now',
    options: [{ name: 'key', value: 'FPR', summary: 'sign with this key' }],
  },
  {
    name: 'owners show',
    group: 'set up',
    summary: 'say who owns the repository, and who has yet to sign that',
  },
];
