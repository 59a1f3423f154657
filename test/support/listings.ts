import type { Artifact, Listing } from '../../src/artifact/kind.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { controlOf } from '../../src/layout/control.ts';
import type { RecordedPatterns } from '../../src/layout/recorded.ts';
import type { StepPatterns } from '../../src/record/patterns.ts';
import { stepPatterns } from '../../src/record/patterns.ts';
import type { Pending } from '../../src/record/pending.ts';
import type { LayoutText } from './layout.ts';
import { makeLayout } from './layout.ts';

/** A tree as a test writes it: path → content. `-> x` is a symbolic link, `lfs x` a pointer to `x`. */
export function files(contents: Readonly<Record<string, string>>): Listing {
  return new Map(Object.entries(contents).map(([path, content]) => [path, artifact(content)]));
}

export function artifact(content: string): Artifact {
  if (content.startsWith('-> ')) return { kind: 'symlink', digest: sha256Hex(content.slice(3)) };
  if (content.startsWith('lfs ')) return { kind: 'lfs', digest: sha256Hex(content.slice(4)) };
  return { kind: 'file', digest: sha256Hex(content) };
}

/** The patterns of the one step of a layout with these rules. */
export function patternsOf(
  rules: LayoutText['steps'][string],
  extra?: Partial<RecordedPatterns>,
): StepPatterns {
  const control = controlOf(makeLayout({ steps: { step: rules, other: {} } }));
  const [step] = control.steps;
  if (step === undefined) throw new Error('no step');
  return stepPatterns(step, control.prefixes, extra);
}

/** A run of `prepare`, or of another step, that nobody has bound yet. */
export function pendingOf(
  parts: { readonly materials: Record<string, string>; readonly products: Record<string, string> } & Partial<
    Omit<Pending, 'materials' | 'products'>
  >,
): Pending {
  return {
    step: 'prepare',
    recorder: 'run',
    command: ['make', 'data'],
    started: '2026-11-22T08:00:00Z',
    ended: '2026-11-22T08:01:00Z',
    byproducts: jsonObject([['return-value', 0]]),
    ignored: new Set(),
    bindAnyway: false,
    ...parts,
    materials: files(parts.materials),
    products: files(parts.products),
  };
}
