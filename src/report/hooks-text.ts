import type { HookState, HookStatus, HooksStatus } from '../hooks/status.ts';
import { escapeLines, escapeText, quotePath } from './escape.ts';
import type { Paint, Style } from './style.ts';

/** One line a hook, then what is to be known about the place and about git-lfs. Safe to print. */
export function hooksText(status: HooksStatus, style: Style): string {
  return [
    ...status.hooks.map((hook) => hookLine(hook, style)),
    ...placeLines(status),
    ...lfsLines(status),
  ].join('\n');
}

function hookLine(status: HookStatus, style: Style): string {
  const name = status.hook.padEnd('post-rewrite'.length);
  const state = paintOf(status.state, style)(status.state.padEnd('outdated'.length));
  return `${name}  ${state}  ${about(status)}`;
}

function about({ state, way, file, chained, problem }: HookStatus): string {
  const from = { config: "git's config starts", entry: 'the hook manager starts', file: '' }[way];
  const where = `${from} ${quotePath(file)}`.trimStart();
  switch (state) {
    case 'live':
      return chained === undefined ? where : `${where}, which runs ${quotePath(chained)} first`;
    case 'outdated':
      return `${where} runs, but an install would write another one now`;
    case 'missing':
      return 'nothing starts it';
    case 'foreign':
      return `another program's hook lies in its place: ${quotePath(file)}`;
    case 'dead':
      return `${where} cannot run: ${escapeLines(problem ?? '').replaceAll('\n', ' ')}`;
  }
}

function paintOf(state: HookState, style: Style): Paint {
  if (state === 'live') return style.green;
  return state === 'outdated' ? style.yellow : style.red;
}

function placeLines({ place, hooksDirectory, manager }: HooksStatus): readonly string[] {
  if (manager !== undefined) return [`managed by ${escapeText(manager)}`];
  const directory = quotePath(hooksDirectory);
  switch (place) {
    case 'repository':
      return [];
    case 'work tree':
      return [
        `core.hooksPath is in the work tree: do not commit what lies in ${directory}, it names paths of this machine`,
      ];
    case 'shared':
      return [
        `core.hooksPath is shared with other repositories: ${directory}; where there is no layout, ours do nothing`,
      ];
  }
}

function lfsLines({ lfs }: HooksStatus): readonly string[] {
  switch (lfs) {
    case 'unused':
      return [];
    case 'chained':
      return ['git-lfs: uploaded by its own hook, which ours runs first'];
    case 'ours':
      return [
        "git-lfs: uploaded by our pre-push hook ('git lfs install' finds ours in the place of its own, and need not)",
      ];
    case 'beside':
      return ['git-lfs: uploaded by its own hook'];
    case 'nobody':
      return ['git-lfs: no hook uploads large files: a push would arrive without them'];
  }
}
