const SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 7 * 86_400],
  ['y', 365 * 86_400],
]);

/** `90d`, `8h`, `1y` → seconds; undefined for anything else. `m` is minutes, a year has 365 days. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([a-z])$/.exec(text);
  const unit = SECONDS.get(match?.[2] ?? '');
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** `2026-11-22` or `2026-11-22T08:00:00Z` (UTC) → milliseconds since the epoch; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})Z)?$/.exec(text);
  if (match === null) return undefined;
  const iso = `${match[1]}T${match[2] ?? '00:00:00'}.000Z`;
  const time = Date.parse(iso);
  // Date.parse takes the 30th of February for the 2nd of March.
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? undefined : time;
}
