import type { HookName } from './script.ts';

/**
 * What a hook manager's own file says to start ours: committed and shared, so it starts what `hooks install` wrote
 * into this clone's git directory, and does nothing in a clone where nobody ran that.
 */
export function entryLine(hook: HookName, args = '"$@"'): string {
  return `mlchain="${installedHook(hook)}"; [ ! -x "$mlchain" ] || "$mlchain" ${args} # git-mlchain`;
}

/** Where ours lies when another file starts it; the shell asks git, since linked worktrees share one. */
function installedHook(hook: HookName): string {
  return `$(git rev-parse --git-common-dir)/mlchain/hooks/${hook}`;
}

/** A manager's script with ours in front of it, or ours alone. */
export function withEntry(script: string | undefined, hook: HookName): string {
  if (script === undefined || script === '') return entryLine(hook);
  if (hasEntry(script, hook)) return script;
  const shebang = /^#!.*\n/.exec(script)?.[0] ?? '';
  return `${shebang}${entryBefore(hook)}\n${script.slice(shebang.length)}`;
}

/** The opposite of {@link withEntry}; undefined when nothing else is left. */
export function withoutEntry(script: string, hook: HookName): string | undefined {
  const rest = script
    .replace(`${entryBefore(hook)}\n`, '')
    .replace(new RegExp(`^${escapeRegExp(entryLine(hook))}\\n?`, 'm'), '');
  return rest.replace(/^#!.*\n/, '').trim() === '' ? undefined : rest;
}

export function hasEntry(script: string, hook: HookName): boolean {
  return script.includes(`/mlchain/hooks/${hook}"`);
}

/** Two hooks read standard input, and what stands below ours may want it, too (`git lfs pre-push`). */
function entryBefore(hook: HookName): string {
  return hook === 'pre-push' || hook === 'post-rewrite' ? inputKeeper(hook) : entryLine(hook);
}

function inputKeeper(hook: HookName): string {
  return `# git-mlchain: reads standard input, and gives it back to the lines below
mlchain="${installedHook(hook)}"
if [ -x "$mlchain" ]; then
  mlchain_input=$(cat && echo .) && mlchain_input=\${mlchain_input%.}
  printf %s "$mlchain_input" | "$mlchain" "$@" || exit
  if [ -z "$mlchain_input" ]; then
    exec </dev/null
  else
    exec <<MLCHAIN
\${mlchain_input%?}
MLCHAIN
  fi
fi
# git-mlchain: end`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
