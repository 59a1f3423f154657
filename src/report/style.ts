/** Paints text for a terminal, or returns it as it is. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

export type Paint = (text: string) => string;

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

const ESC = '\u001b';

/** Matches every escape sequence that `styleFor` can make; `Voice` lets these through to the terminal and no other. */
export const styleSequence = new RegExp(`${ESC}\\[(?:${[0, ...Object.values(codes)].join('|')})m`);

export function styleFor(colored: boolean): Style {
  const paint =
    (code: number): Paint =>
    (text) =>
      colored && text !== '' ? `${ESC}[${code}m${text}${ESC}[0m` : text;
  return {
    bold: paint(codes.bold),
    dim: paint(codes.dim),
    red: paint(codes.red),
    green: paint(codes.green),
    yellow: paint(codes.yellow),
    cyan: paint(codes.cyan),
  };
}
