import { ms, type Row, type Times } from './measure.ts';
import type { BenchStage } from './stage.ts';

export type Measure = (stage: BenchStage) => Promise<Row>;

/** Rows of the table in their order; one id may have several. */
export type Rows = readonly (readonly [id: string, measure: Measure])[];

/** Ours and the peer's, from one run in which they took turns. */
export type Pair = readonly Times[];

/** So many times the peer's time at the most. */
export function within(id: string, work: string, times: Pair, most: number): Row {
  const [own, peer] = pair(times);
  const value = own.median / peer.median;
  return row(id, work, [own, peer], {
    ratio: `${value.toFixed(2)} ×`,
    wanted: `≤ ${most} ×`,
    reached: value <= most,
  });
}

/** So many times faster than the peer at the least. */
export function faster(id: string, work: string, times: Pair, least: number): Row {
  const [own, peer] = pair(times);
  const value = peer.median / own.median;
  return row(id, work, [own, peer], {
    ratio: `${value.toFixed(1)} × faster`,
    wanted: `≥ ${least} × faster`,
    reached: value >= least,
  });
}

/** So many milliseconds on top of the peer's time at the most. */
export function onTop(id: string, work: string, times: Pair, most: number): Row {
  const [own, peer] = pair(times);
  const more = own.median - peer.median;
  return row(id, work, [own, peer], {
    ratio: `${more.toFixed(0)} ms more`,
    wanted: `≤ ${most} ms more`,
    reached: more <= most,
  });
}

export function pair([own, peer]: Pair): [Times, Times] {
  if (own === undefined || peer === undefined) throw new Error('nothing was measured');
  return [own, peer];
}

function row(
  id: string,
  work: string,
  [own, peer]: readonly [Times, Times],
  outcome: Pick<Row, 'ratio' | 'wanted' | 'reached'>,
): Row {
  return { id, work, ours: ms(own), peer: ms(peer), ...outcome };
}
