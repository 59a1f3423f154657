/** How much a verdict rests on. */
export interface Checked {
  readonly commits: number;
  readonly links: number;
  readonly signatures: number;
  /** Commits whose result was remembered. */
  readonly cached: number;
}
