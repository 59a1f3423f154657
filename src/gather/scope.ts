import { foldName, isMarked } from '../artifact/folded-name.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { PublicKey } from '../intoto/key.ts';
import { type Layout, layoutFromJson } from '../intoto/layout.ts';
import { type Control, controlOf, isOwnFile } from '../layout/control.ts';
import type { LayoutFacts } from '../verify/facts.ts';

/** What any layout of a history controls: more than the judge will ask about, never less. */
export interface Scope {
  /** By blob id of the layout, where that makes sense. */
  readonly controls: ReadonlyMap<string, Control>;
  readonly isControlled: (path: string) => boolean;
  /** Not controlled, but maybe the same file as something controlled where case is not told apart (threat 37). */
  readonly isBystander: (path: string) => boolean;
  readonly prefixes: readonly string[];
  /** Every OpenPGP key that some layout lists under that key id: which of them counts is not asked here. */
  readonly keysNamed: (keyid: string) => readonly PublicKey[];
}

/** Layouts are read here without trust: what a forged one controls is hashed in vain, and judged later. */
export function scopeOf(layouts: Iterable<LayoutFacts>): Scope {
  const byLayout = new Map<string, Control>();
  const keys = new Map<string, Map<string, PublicKey>>();
  for (const facts of layouts) {
    const layout = layoutIn(facts);
    if (layout === undefined) continue;
    byLayout.set(facts.blob, controlOf(layout));
    for (const key of keysIn(layout)) {
      const numbers = [...key.public.values()].join();
      keys.set(key.keyid, (keys.get(key.keyid) ?? new Map()).set(numbers, key));
    }
  }
  const controls = [...byLayout.values()];
  const prefixes = [...new Set(controls.flatMap((control) => control.prefixes))];
  const isControlled = (path: string) => controls.some((control) => control.isControlled(path));
  const isNear = nearby(prefixes);
  return {
    controls: byLayout,
    isControlled,
    isBystander: (path) => (isMarked(path) || isNear(path)) && !isControlled(path) && !isOwnFile(path),
    prefixes,
    keysNamed: (keyid) => [...(keys.get(keyid)?.values() ?? [])],
  };
}

function keysIn({ keys }: Layout): PublicKey[] {
  const masters = [...keys.values()].flatMap((key) => (key.kind === 'openpgp' ? [key] : []));
  return masters.flatMap((master) => [master, ...master.subkeys.values()]);
}

/** A name in plain lower case can only be taken for one that is not: asked where controlled names may be such. */
function nearby(prefixes: readonly string[]): (path: string) => boolean {
  const folded = prefixes.filter((prefix) => prefix === '' || isMarked(prefix)).map(foldName);
  return (path) => folded.some((prefix) => path.startsWith(prefix) || prefix.startsWith(`${path}/`));
}

/** A layout that makes no sense is never in force, so it controls nothing. */
function layoutIn(facts: LayoutFacts): Layout | undefined {
  if (facts.envelope === undefined) return undefined;
  try {
    return layoutFromJson(facts.envelope.signed);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
