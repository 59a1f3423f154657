import { FormatError } from '../intoto/format-error.ts';
import { layoutFromJson } from '../intoto/layout.ts';
import { type Control, controlOf } from '../layout/control.ts';
import type { LayoutFacts } from '../verify/facts.ts';

/** What any layout of a history controls: more than the judge will ask about, never less. */
export interface Scope {
  readonly isControlled: (path: string) => boolean;
  readonly prefixes: readonly string[];
}

/** Layouts are read here without trust: what a forged one controls is hashed in vain, and judged later. */
export function scopeOf(layouts: Iterable<LayoutFacts>): Scope {
  const controls = [...layouts].flatMap((facts) => controlIn(facts) ?? []);
  return {
    isControlled: (path) => controls.some((control) => control.isControlled(path)),
    prefixes: [...new Set(controls.flatMap((control) => control.prefixes))],
  };
}

/** A layout that makes no sense is never in force, so it controls nothing. */
function controlIn(facts: LayoutFacts): Control | undefined {
  if (facts.envelope === undefined) return undefined;
  try {
    return controlOf(layoutFromJson(facts.envelope.signed));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
