import type { CommandSpec } from '../command.ts';

export const checkCommands: readonly CommandSpec[] = [
  {
    name: 'verify',
    group: 'check',
    summary: 'check the history and the release',
    description: `Two questions. History: was every change in these commits made by someone allowed
to make it? Release: does the whole chain hold together at this commit?
Ends with 0 verified, 1 violated, 2 usage, 3 incomplete: cannot be checked.`,
    positionals: [{ name: 'REV|RANGE|ARTIFACT', repeatable: true }],
    options: [
      { name: 'history', summary: 'ask the history question alone' },
      { name: 'for', value: 'STEP', summary: 'ask the release question of STEP and what it is made from' },
      { name: 'deep', summary: 'compare large files too: git-lfs, DVC, and products that git ignores' },
      { name: 'strict', summary: 'refuse links carried over a rewritten history' },
      { name: 'no-inspect', summary: 'run no inspections; the verdict says so' },
      { name: 'inspection-timeout', value: 'SPAN', summary: 'time limit of each (default 10m)' },
      { name: 'no-cache', summary: 'believe nothing of earlier runs: judge all of it again' },
      { name: 'owner', value: 'FPR', repeatable: true, summary: 'trust this owner, for this call' },
      {
        name: 'verbose',
        short: 'v',
        summary: 'show all warnings, and what each artifact rule did, where one fails',
      },
      { name: 'format', value: 'FORMAT', summary: 'text (default), json, sarif or junit' },
      {
        name: 'bundle',
        value: 'FILE',
        summary: 'check a bundle, and that each ARTIFACT is what it is about',
      },
      {
        name: 'in-toto',
        value: 'DIR',
        summary: 'check a directory of in-toto links, as in-toto-verify does',
      },
      { name: 'layout', value: 'FILE', summary: 'with --in-toto: the layout (default DIR/root.layout)' },
      {
        name: 'owner-cert',
        value: 'FILE',
        repeatable: true,
        summary: 'with --in-toto: certificate or key of an owner',
      },
      { name: 'owner-threshold', value: 'N', summary: 'how many owners must have signed' },
      { name: 'cert', value: 'FILE', repeatable: true, summary: 'with --in-toto: a functionary' },
      { name: 'product', value: 'DIR', summary: 'with --in-toto: the final product (default: here)' },
      { name: 'param', value: 'NAME=VALUE', repeatable: true, summary: 'with --in-toto: a layout parameter' },
      { name: 'now', value: 'TIME', summary: 'with --in-toto or --bundle: judge as of TIME' },
    ],
    examples: [
      'git mlchain verify',
      'git mlchain verify --history origin/main..HEAD',
      'git mlchain verify --deep',
      'git mlchain verify --in-toto ../out --owner-cert olivia.asc',
      'git mlchain verify --bundle model.mlchain.jsonl model.tar.gz --owner FPR',
    ],
  },
  {
    name: 'log',
    group: 'check',
    summary: 'the history with its links: who made what from what',
    description: `A mark a commit: ✓ verified (or endorsed), ↷ carried over a rewrite, ! healed by a later
link, ✗ violated, · changes nothing that a step controls, ? not verified: judging is
still under way, or this clone lacks what it would take.`,
    positionals: [{ name: 'RANGE' }],
    options: [
      { name: 'max-count', short: 'n', value: 'N', summary: 'at most N commits' },
      { name: 'step', value: 'STEP', summary: 'only commits with a link of STEP' },
      { name: 'signer', value: 'WHO', summary: 'only links signed by this fingerprint, name or address' },
    ],
    examples: ['git mlchain log -n 20', 'git mlchain log --step train v1.0..'],
    pages: true,
  },
  {
    name: 'show',
    group: 'check',
    summary: "one commit's links in full",
    positionals: [{ name: 'COMMIT' }],
    options: [{ name: 'raw', summary: 'the signed JSON, a line each' }],
    pages: true,
  },
];
