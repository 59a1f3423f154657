import type { Entry } from '../ledger/entry.ts';

/** Lines in a signer's notes that this clone first saw after a moment, although it had had those notes before it. */
export interface LateLines {
  /** Upper-hex fingerprint of the notes ref. */
  readonly signer: string;
  /** When a key ended, seconds. */
  readonly moment: number;
  /** By annotated commit. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
}

/** What a line says of its time costs a thief nothing; when it arrived, this clone knows by itself (§7, threat 26). */
export class Arrivals {
  readonly #late: readonly LateLines[];

  constructor(late: readonly LateLines[] = []) {
    this.#late = late;
  }

  /** To ask of a line whether it came after a moment at which a key ended. */
  of({ signer, object, line }: Entry): (moment: number) => boolean {
    return (moment) =>
      this.#late.some((each) => {
        return each.signer === signer && each.moment === moment && each.lines.get(object)?.includes(line);
      });
  }
}
