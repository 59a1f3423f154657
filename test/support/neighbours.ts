import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { Person } from './person.ts';
import { putScript } from './recorder.ts';

const require = createRequire(import.meta.url);
/** Of `test/peers`: lefthook's own npm package would install its hooks in this repository, so only its programs are there. */
const peers = createRequire(new URL('../peers/package.json', import.meta.url));

/** A repository in which our hooks and somebody else's have to get along. */
export interface Ground {
  readonly person: Person;
  /** Absolute; its name has a space. */
  readonly repository: string;
}

/** A program that puts hooks into repositories; its pre-push hook runs `theirs`, unless it is git-lfs itself. */
export interface Neighbour {
  /** What is not the real program says so. */
  readonly name: string;
  readonly runsTheirs: boolean;
  /** Whether its pre-push hook is handed git's own standard input, or (pre-commit) only variables made of its first line. */
  readonly input: 'bytes' | 'first line';
  /** Whether it runs git-lfs by itself, without a word of it in its hook. */
  readonly uploads?: boolean;
  /** As its own manual has it; safe to repeat. `refused`: it does nothing where hooks lie that are not its own. */
  setUp(ground: Ground): Promise<'done' | 'refused'>;
  /** Pastes into its configuration what `hooks install` says is to be pasted there. */
  paste?(ground: Ground, text: string): void;
  /** What it changed outside the repository. */
  tearDown?(ground: Ground): Promise<void>;
}

/** What every foreign pre-push hook runs in the end: keeps arguments and input, and ends as it is told. */
const THEIRS = `printf '%s\\n' "$@" >"$HOME/theirs/args"
cat >"$HOME/theirs/input"
exit "$(cat "$HOME/theirs/code")"
`;
const RUN = 'sh "$HOME/theirs/hook.sh" "$@"';

export interface Theirs {
  /** What it saw since the last time; undefined where it did not run. */
  seen(): { readonly args: readonly string[]; readonly input: string } | undefined;
  endsWith(code: number): void;
}

export function putTheirs(person: Person): Theirs {
  const directory = person.at('theirs');
  putScript(path.join(directory, 'hook.sh'), THEIRS);
  fs.writeFileSync(path.join(directory, 'code'), '0');
  const take = (name: string) => {
    const file = path.join(directory, name);
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : undefined;
    fs.rmSync(file, { force: true });
    return text;
  };
  return {
    seen() {
      const [args, input] = [take('args'), take('input')];
      return args === undefined ? undefined : { args: args.split('\n').slice(0, -1), input: input ?? '' };
    },
    endsWith: (code) => fs.writeFileSync(path.join(directory, 'code'), String(code)),
  };
}

const script = `#!/bin/sh\n${RUN}\n`;

function byHand(name: string, directory: (ground: Ground) => string): Neighbour {
  return {
    ...{ name, runsTheirs: true, input: 'bytes' },
    async setUp(ground) {
      putScript(path.join(directory(ground), 'pre-push'), script);
      return 'done';
    },
  };
}

const written = byHand('a hook written by hand', ({ repository }) => path.join(repository, '.git/hooks'));

const local: Neighbour = {
  ...byHand('core.hooksPath of the repository', ({ repository }) => path.join(repository, '.git hooks')),
  async setUp(ground) {
    await ground.person.git(['config', 'core.hooksPath', '.git hooks'], { cwd: ground.repository });
    putScript(path.join(ground.repository, '.git hooks/pre-push'), script);
    return 'done';
  },
};

const global: Neighbour = {
  ...byHand('a global core.hooksPath', ({ person }) => person.at('all hooks')),
  async setUp({ person }) {
    await person.git(['config', '--global', 'core.hooksPath', '~/all hooks']);
    putScript(person.at('all hooks/pre-push'), script);
    return 'done';
  },
  async tearDown({ person }) {
    await person.git(['config', '--global', '--unset', 'core.hooksPath']);
    fs.rmSync(person.at('all hooks'), { recursive: true });
  },
};

const lfs: Neighbour = {
  ...{ name: 'git-lfs', runsTheirs: false, input: 'bytes' },
  async setUp({ person, repository }) {
    // 2: it finds another hook in its place, and says which.
    const { code } = await person.git(['lfs', 'install', '--local'], { cwd: repository, code: [0, 2] });
    return code === 0 ? 'done' : 'refused';
  },
};

/** `dvc install` of DVC 3, to the letter; DVC itself is in neither Debian nor npm, so a program of its name stands in. */
const dvc: Neighbour = {
  ...{ name: 'DVC (a stand-in)', runsTheirs: true, input: 'bytes' },
  async setUp({ person, repository }) {
    const program = '#!/bin/sh\n[ "$1 $2" = "git-hook pre-push" ] || exit 0\nshift 2\n';
    putScript(person.at('bin/dvc'), `${program}${RUN}\n`);
    const files = ['post-checkout', 'pre-commit', 'pre-push'].map((hook) => ({
      file: path.join(repository, '.git/hooks', hook),
      text: `#!/bin/sh\nexec dvc git-hook ${hook} $@\n`,
    }));
    const isForeign = files.some(
      ({ file, text }) => fs.existsSync(file) && fs.readFileSync(file, 'utf8') !== text,
    );
    if (isForeign) return 'refused';
    for (const { file, text } of files) putScript(file, text);
    return 'done';
  },
};

/** What `npx husky` runs. */
export const huskyProgram = peers.resolve('husky').replace(/index\.js$/, 'bin.js');

const husky: Neighbour = {
  ...{ name: 'husky', runsTheirs: true, input: 'bytes' },
  async setUp({ person, repository }) {
    await person.exec(process.execPath, [huskyProgram], { cwd: repository });
    const file = path.join(repository, '.husky/pre-push');
    if (!fs.existsSync(file)) putScript(file, `${RUN}\n`);
    return 'done';
  },
};

const simpleGitHooks: Neighbour = {
  ...{ name: 'simple-git-hooks', runsTheirs: true, input: 'bytes' },
  async setUp({ person, repository }) {
    const file = path.join(repository, 'package.json');
    if (!fs.existsSync(file))
      fs.writeFileSync(file, JSON.stringify({ 'simple-git-hooks': { 'pre-push': RUN } }));
    await person.exec(process.execPath, [require.resolve('simple-git-hooks/cli.js')], { cwd: repository });
    return 'done';
  },
};

const LEFTHOOK = `pre-push:
  commands:
    theirs:
      run: sh "$HOME/theirs/hook.sh" {0}
      use_stdin: true
`;

const lefthook: Neighbour = {
  ...{ name: 'lefthook', runsTheirs: true, input: 'bytes', uploads: true },
  async setUp({ person, repository }) {
    const file = path.join(repository, 'lefthook.yml');
    if (!fs.existsSync(file)) fs.writeFileSync(file, LEFTHOOK);
    const program = peers.resolve(`lefthook-${process.platform}-${process.arch}/bin/lefthook`);
    const link = person.at('bin/lefthook');
    if (!fs.existsSync(link)) fs.symlinkSync(program, link);
    await person.exec('lefthook', ['install'], { cwd: repository });
    return 'done';
  },
  paste({ repository }, text) {
    const [, commands = ''] = /^pre-push:\n {2}commands:\n(.*)$/s.exec(text) ?? [];
    fs.appendFileSync(path.join(repository, 'lefthook.yml'), `${commands}\n`);
  },
};

const PRE_COMMIT = `repos:
  - repo: local
    hooks:
      - id: theirs
        name: theirs
        language: system
        entry: >-
          sh -c 'echo "$PRE_COMMIT_LOCAL_BRANCH $PRE_COMMIT_REMOTE_BRANCH" |
          sh "$HOME/theirs/hook.sh" "$PRE_COMMIT_REMOTE_NAME" "$PRE_COMMIT_REMOTE_URL"'
        stages: [push]
        always_run: true
        pass_filenames: false
`;

const preCommit: Neighbour = {
  ...{ name: 'pre-commit', runsTheirs: true, input: 'first line' },
  async setUp({ person, repository }) {
    fs.writeFileSync(path.join(repository, '.pre-commit-config.yaml'), PRE_COMMIT);
    await person.exec('pre-commit', ['install', '--hook-type', 'pre-push'], { cwd: repository });
    return 'done';
  },
};

/** Runs what git's config names for an event, each with the hook's arguments and input, and then the hook's file. */
const DISPATCHER = `#!/bin/sh
unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
hook=\${0##*/}
input=
case $hook in pre-push | post-rewrite) input=$(cat && echo .) && input=\${input%.} ;; esac
git config --get-regexp '^hook\\..*\\.event$' "^$hook$" >"$HOME/dispatch/events-$$"
while read -r key _; do
  command=$(git config "\${key%.event}.command")
  printf %s "$input" | sh -c "$command \\"\\$@\\"" "$command" "$@" || exit
done <"$HOME/dispatch/events-$$"
rm "$HOME/dispatch/events-$$"
file=$(git rev-parse --git-path hooks)/$hook
[ ! -x "$file" ] || printf %s "$input" | "$file" "$@"
`;

/** Says of itself that it is git 2.54, and runs hooks as that one's githooks(5) and git-hook(1) say. */
const NEWER_GIT = (git: string) => `#!/bin/sh
[ "$1" != version ] || exec echo 'git version 2.54.0'
for word; do
  case $word in commit | push | merge | rebase) exec ${git} -c core.hooksPath="$HOME/dispatch" "$@" ;; esac
done
exec ${git} "$@"
`;

/** Debian has no git 2.54: a wrapper around the git of this machine stands in for it. */
const configHooks: Neighbour = {
  ...{ name: 'hooks in the config of git 2.54 (a stand-in)', runsTheirs: true, input: 'bytes' },
  async setUp({ person, repository }) {
    const events = ['post-commit', 'post-merge', 'post-rewrite', 'pre-push'];
    for (const event of events) putScript(person.at('dispatch', event), DISPATCHER);
    const git = (await person.exec('sh', ['-c', 'command -v git'])).stdout.trim();
    putScript(person.at('bin/git'), NEWER_GIT(git));
    await person.git(['config', 'hook.theirs.event', 'pre-push'], { cwd: repository });
    await person.git(['config', 'hook.theirs.command', 'sh "$HOME/theirs/hook.sh"'], { cwd: repository });
    return 'done';
  },
  async tearDown({ person }) {
    fs.rmSync(person.at('bin/git'));
  },
};

/** Each is the real program unless its name says otherwise. */
export const neighbours: readonly Neighbour[] = [
  ...[written, local, global, lfs, dvc],
  ...[husky, simpleGitHooks, lefthook, preCommit, configHooks],
];
