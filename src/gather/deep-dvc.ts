import type { DvcContents, DvcLookup } from '../artifact/dvc/contents.ts';
import { dvcOutput } from '../artifact/dvc/contents.ts';
import type { ArtifactKind } from '../artifact/kind.ts';
import { type Look, mismatch } from './deep-look.ts';

export interface DvcQuestion {
  /** As the step's links name it. */
  readonly name: string;
  readonly kind: ArtifactKind;
  /** The SHA-256 in the step's effective link; undefined where there is none. */
  readonly signed: string | undefined;
}

/**
 * An output of DVC, in its cache and – where the commit is checked out – in the work tree. The pointer says an MD5, which
 * somebody may have made two contents for: what was signed is the SHA-256.
 */
export function lookAtDvc(
  contents: DvcContents,
  workTree: string | undefined,
  { name, kind, signed }: DvcQuestion,
): Look {
  const output = dvcOutput(name);
  const places = [
    ['the cache of DVC', contents.inCache(output, kind)],
    ...(workTree === undefined ? [] : [['the work tree', contents.inWorkTree(output, kind)] as const]),
  ] as const;
  for (const [place, lookup] of places) {
    const look = compare(place, lookup, kind, signed);
    if (look !== undefined) return look;
  }
  if (places.some(([, { state }]) => state === 'here')) return undefined;
  return { code: 'object-missing', severity: 'incomplete', place: 'DVC', expected: kind };
}

function compare(place: string, lookup: DvcLookup, kind: string, signed: string | undefined): Look {
  if (lookup.state === 'differs') return mismatch(place, kind, `dvc:${lookup.found}`);
  if (lookup.state === 'absent' || signed === undefined || lookup.content.sha256 === signed) return undefined;
  return mismatch(place, `sha256:${signed}`, `sha256:${lookup.content.sha256}`);
}
