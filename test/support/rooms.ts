import type { ImportGraph } from './imports.ts';
import { loadedBy } from './imports.ts';

/** The floor of each room, and of each file that stands in no room. Nouns below, verbs above. */
const floors = new Map([
  ['errors.ts', 0],
  ['version.ts', 0],
  ['progress.ts', 0],
  ['thread.ts', 0],
  ['intoto', 1],
  ['git', 1],
  ['user', 1],
  ['openpgp', 2],
  ['layout', 2],
  ['artifact', 2],
  ['ledger', 2],
  ['hooks', 2],
  ['record', 3],
  ['verify', 4],
  ['trace', 4],
  ['gather', 5],
  ['rollback', 5],
  ['report', 5],
  ['cli', 6],
  ['index.ts', 7],
]);

/** `git/objects.ts` → `git`; a file directly in `src` is its own room. */
function roomOf(file: string): string {
  const slash = file.indexOf('/');
  return slash < 0 ? file : file.slice(0, slash);
}

/** Every import, types included, that does not lead to a lower floor: `file imports target`. */
export function climbing(graph: ImportGraph): string[] {
  return broken(graph, (from, to) => from !== to && floorOf(to) >= floorOf(from));
}

/** Every import from `room` into one of `forbidden`. */
export function between(graph: ImportGraph, room: string, forbidden: readonly string[]): string[] {
  return broken(graph, (from, to) => from === room && forbidden.includes(to));
}

function broken(graph: ImportGraph, isBroken: (from: string, to: string) => boolean): string[] {
  const found: string[] = [];
  for (const [file, imports] of graph) {
    for (const { target } of imports) {
      if (target.endsWith('.ts') && isBroken(roomOf(file), roomOf(target)))
        found.push(`${file} imports ${target}`);
    }
  }
  return found;
}

function floorOf(room: string): number {
  const floor = floors.get(room);
  if (floor === undefined) throw new Error(`src/${room} has no floor: give it one in test/support/rooms.ts`);
  return floor;
}

const OUTSIDE =
  /^node:(fs|child_process|net|http|https|http2|tls|dgram|dns|worker_threads|cluster|readline)\b|^git\//;

/** What a room loads, itself or through what it imports, that could reach a disk, a process or the network. */
export function reachesOutside(graph: ImportGraph, room: string): string[] {
  const found = new Set<string>();
  for (const file of graph.keys()) {
    if (roomOf(file) !== room) continue;
    for (const [target, askedBy] of loadedBy(graph, file)) {
      if (OUTSIDE.test(target)) found.add(`${file} reaches ${target} through ${askedBy}`);
    }
  }
  return [...found];
}
