import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

export const clientHooks = ['post-commit', 'post-merge', 'post-rewrite', 'pre-push'] as const;
export const serverHooks = ['pre-receive'] as const;
export type HookName = (typeof clientHooks)[number] | (typeof serverHooks)[number];

/** What an installed hook starts: absolute paths, because a hook's PATH may be that of an editor. */
export interface Target {
  readonly node: string;
  readonly program: string;
}

const WRITTEN = "written by 'git mlchain hooks install'";
const SHEBANG = '#!/bin/sh\n';
const INCLUDE = `. "\${0%/*}/mlchain.sh"\n`;

/**
 * The text of an installed hook: `hooks/<name>` of the package with `hooks/mlchain.sh` in place of the line that reads
 * it, so that the hooks before ours and git-lfs still run when the package has been moved or removed. `beside`: git
 * itself runs the hook file of the same name, so what that one does for git-lfs is not done twice.
 */
export function hookScript(hook: HookName, target: Target, { beside }: { readonly beside: boolean }): string {
  const directory = packagedHooks();
  const script = fs.readFileSync(path.join(directory, hook), 'utf8');
  const shared = fs.readFileSync(path.join(directory, 'mlchain.sh'), 'utf8');
  const head = [
    `# git-mlchain's ${hook} hook, ${WRITTEN}: what is changed here is lost at the next install.`,
    `mlchain_node=${quote(target.node)}`,
    `mlchain_program=${quote(target.program)}`,
    ...(beside ? ['mlchain_beside=yes'] : []),
  ];
  return script.replace(SHEBANG, () => `${SHEBANG}${head.join('\n')}\n`).replace(INCLUDE, () => shared);
}

/** True for every text that {@link hookScript} ever made, whatever simple-git-hooks put around it. */
export function isOurs(text: string): boolean {
  return text.includes(WRITTEN);
}

/** What an installed hook prints, and does nothing else, when `MLCHAIN_HOOK_PROBE` is set: see `probe.ts`. */
export function probeAnswer(hook: HookName): string {
  return `git-mlchain ${hook}\n`;
}

/** One word for `sh`, whatever is in it. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The directory `hooks` of the package, above this file both in the sources and in the bundle. */
function packagedHooks(): string {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  while (!fs.existsSync(path.join(directory, 'hooks/mlchain.sh'))) {
    const above = path.dirname(directory);
    if (above === directory) throw new Error('the directory hooks of the git-mlchain package is missing');
    directory = above;
  }
  return path.join(directory, 'hooks');
}
