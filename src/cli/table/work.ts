import type { CommandSpec, OptionSpec } from '../command.ts';
import { yesOption } from './set-up.ts';

const keyOption: OptionSpec = { name: 'key', value: 'FPR', summary: 'sign with this key' };

export const workCommands: readonly CommandSpec[] = [
  {
    name: 'status',
    group: 'work',
    summary: 'what the next commit would record, and what to do next',
  },
  {
    name: 'run',
    group: 'work',
    summary: 'run a step and keep a signed link of what went in and out',
    description: `Without a command, the one that .mlchainrc names for the step is run. The next
commit that holds the products binds the link to itself. A command that fails
leaves no link. With --metadata-directory it stands in for 'in-toto-run --gpg':
no repository is needed, --materials and --products say what to record, and the
link is a file STEP.KEYID8.link.`,
    positionals: [{ name: 'STEP' }],
    passthrough: 'CMD',
    options: [
      { name: 'timeout', value: 'SPAN', summary: 'stop the command after this time (default: never)' },
      { name: 'bind', summary: 'bind to the next commit even if git ignores all products' },
      { name: 'record-streams', short: 's', summary: 'keep up to 64 KiB of its output in the link' },
      {
        name: 'no-command',
        short: 'x',
        summary: 'record without running anything: for a review, or work done by hand',
      },
      {
        name: 'exclude',
        value: 'PATTERN',
        repeatable: true,
        summary: 'leave out what matches, as .gitignore does; never what STEP controls',
      },
      { name: 'rollback-on-failure', summary: 'restore the product paths if the command fails' },
      { name: 'discard', summary: 'drop the pending link of the step' },
      {
        name: 'metadata-directory',
        short: 'd',
        value: 'DIR',
        summary: 'write a link file there, as in-toto-run does, and leave no pending link',
      },
      {
        name: 'materials',
        short: 'm',
        value: 'PATH',
        repeatable: true,
        summary: 'with --metadata-directory: a file or directory that goes in',
      },
      {
        name: 'products',
        short: 'p',
        value: 'PATH',
        repeatable: true,
        summary: 'with --metadata-directory: a file or directory that comes out',
      },
      {
        name: 'base-path',
        value: 'DIR',
        summary: 'with --metadata-directory: what names are relative to (default: here)',
      },
      {
        name: 'lstrip-path',
        value: 'PREFIX',
        repeatable: true,
        summary: 'with --metadata-directory: take this off the front of names',
      },
      keyOption,
    ],
    examples: [
      'git mlchain run train',
      'git mlchain run train -- python train.py --epochs 3',
      'git mlchain run train --metadata-directory links -m data -p model.bin -- make model.bin',
    ],
  },
  {
    name: 'record',
    group: 'work',
    summary: 'sign by hand what a commit did',
    description: `Shows what would be signed and asks. Co-signs for a threshold too. --start and
--stop bracket work that is no single command, such as a notebook.`,
    positionals: [{ name: 'COMMIT|RANGE' }],
    options: [
      { name: 'step', value: 'STEP', repeatable: true, summary: 'for this step' },
      { name: 'missing', summary: 'sign what the hook had to queue, and nothing else' },
      { name: 'start', value: 'STEP', summary: 'note the materials: the work begins' },
      { name: 'stop', value: 'STEP', summary: 'note the products: the work is done' },
      keyOption,
      yesOption,
    ],
    examples: ['git mlchain record HEAD --step train', 'git mlchain record --missing'],
  },
  {
    name: 'endorse',
    group: 'work',
    summary: 'as an owner, vouch for paths as they are at a commit',
    description: `For a baseline when a repository adopts a layout, a restored state, or a squash
merge made by a forge. Answers the history question; a release wants links.`,
    positionals: [
      { name: 'COMMIT', required: true },
      { name: 'PATH', repeatable: true },
    ],
    options: [{ name: 'reason', value: 'TEXT', summary: 'why; kept and signed' }, keyOption, yesOption],
    examples: ["git mlchain endorse HEAD --reason 'baseline, reviewed by hand'"],
  },
  {
    name: 'demo',
    group: 'work',
    summary: 'five people, a real model and four attacks, in under a minute',
    options: [{ name: 'keep', value: 'DIR', summary: 'keep the repositories in DIR, to look at' }],
  },
  {
    name: 'hook',
    group: 'work',
    summary: 'what the hook scripts call',
    positionals: [{ name: 'NAME', required: true }],
    passthrough: 'ARG',
    hidden: true,
  },
];
