import type { LfsStatus } from '../hooks/lfs.ts';
import type { HookState, HookStatus, HooksStatus } from '../hooks/status.ts';
import { escapeLines, escapeText, quotePath } from './escape.ts';
import type { Paint, Style } from './style.ts';

/** One line a hook, then what is to be known about the place and about git-lfs, and what mends it. Safe to print. */
export function hooksText(status: HooksStatus, style: Style): string {
  return [
    ...status.hooks.map((hook) => hookLine(hook, style)),
    ...placeLines(status),
    ...lfsLines(status),
    ...mendLines(status),
  ].join('\n');
}

function hookLine(status: HookStatus, style: Style): string {
  const name = status.hook.padEnd('post-rewrite'.length);
  const state = paintOf(status.state, style)(status.state.padEnd('outdated'.length));
  return `${name}  ${state}  ${hookWords(status)}`;
}

/** What several hooks need is said once. */
function mendLines({ hooks, manager, lfs }: HooksStatus): readonly string[] {
  const mends = hooks.flatMap((hook) => hookMend(hook, manager) ?? []);
  const all = lfs === 'nobody' ? [...mends, INSTALL] : mends;
  return [...new Set(all)].map((mend) => `to mend: ${mend}`);
}

const INSTALL = "'git mlchain hooks install'";

/** How each manager puts its hooks where git looks. */
const SET_UP = new Map([
  ['husky', "'npx husky'"],
  ['lefthook', "'npx lefthook install'"],
  ['simple-git-hooks', "'npx simple-git-hooks'"],
]);

/** What makes a hook live; undefined where it is. Safe to print. */
export function hookMend(
  { hook, state, way, chained, variable }: HookStatus,
  manager: string | undefined,
): string | undefined {
  if (state === 'live') return undefined;
  if (variable !== undefined) return `'unset ${variable}'`;
  if (state === 'foreign' && chained !== undefined) {
    return `merge ${hook} and ${hook}.mlchain-chained into one hook, then ${INSTALL}`;
  }
  if (way !== 'entry' || manager === undefined) return INSTALL;
  const setUp = SET_UP.get(manager);
  return setUp === undefined
    ? INSTALL
    : `${INSTALL}, which says what to paste where it must be, and ${setUp}`;
}

/** What is to be said of one hook beside its state. Safe to print. */
export function hookWords({ state, way, file, chained, problem }: HookStatus): string {
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
  return lfs === 'unused' ? [] : [`git-lfs: ${lfsWords(lfs)}`];
}

/** Who uploads large files. */
export function lfsWords(lfs: LfsStatus): string {
  switch (lfs) {
    case 'unused':
      return 'not used here';
    case 'chained':
      return 'uploaded by its own hook, which ours runs first';
    case 'ours':
      return "uploaded by our pre-push hook ('git lfs install' finds ours in the place of its own, and need not)";
    case 'beside':
      return 'uploaded by its own hook';
    case 'nobody':
      return 'no hook uploads large files: a push would arrive without them';
  }
}
