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
    summary: 'hand a chain on: for in-toto, in one file, or as attestations',
    description: `Links, layout and products for in-toto-verify, with the command line that checks them; a
bundle that needs no repository to be verified; or in-toto attestations with SLSA predicates.
A directory is new or empty, and lies outside the checkout.`,
    positionals: [{ name: 'REV' }],
    options: [
      { name: 'in-toto', value: 'DIR', summary: 'write what in-toto-verify accepts' },
      { name: 'bundle', value: 'FILE', summary: "write what 'verify --bundle' accepts" },
      { name: 'attestations', value: 'DIR', summary: 'write attestations and a summary of the verdict' },
      { name: 'no-inspect', summary: 'run no inspections before a bundle or a summary is written' },
      { name: 'key', value: 'FPR', summary: 'with --attestations: sign with this key' },
    ],
    examples: [
      'git mlchain export --in-toto ../out',
      'git mlchain export --bundle ../model.mlchain.jsonl v1.0',
    ],
  },
  {
    name: 'import',
    group: 'exchange',
    summary: 'take in links made by in-toto-run, or the evidence of a bundle',
    description: `Links go, with their signatures untouched, into the notes of whoever signed them. One that names
no commit explains no change; it is used for the release where nobody has recorded its step.`,
    positionals: [{ name: 'DIR|FILE', required: true }],
    options: [
      { name: 'at', value: 'COMMIT', summary: 'note links that name no commit there (default HEAD)' },
    ],
    examples: ['git mlchain import ../links', 'git mlchain import model.mlchain.jsonl'],
  },
];
