import { MlchainError } from '../errors.ts';
import { timestamp } from '../intoto/timestamp.ts';

/** The year has four digits. */
const LATEST = Date.UTC(9999, 11, 31);
const DAY = 24 * 3600 * 1000;

/** Below this many days a layout wants renewing (`layout check`, `status`). */
const SOON_DAYS = 30;

/**
 * When a layout expires: a span from now (`1y`, `6m`, `2w`, `30d`; `m` is calendar months), or a UTC date or time
 * (`2027-11-22`, `2027-11-22T08:00:00Z`).
 * @returns milliseconds, whole seconds
 * @throws MlchainError usage: neither of these, or not in the future
 */
export function parseExpiry(text: string, now: number): number {
  const time = spanFrom(text, now) ?? momentOf(text);
  if (time === undefined || time > LATEST) {
    throw new MlchainError(
      'usage',
      `expires: expected a span like 1y, 6m or 30d, or a date like 2027-11-22, found '${text}'`,
    );
  }
  if (time <= now) throw new MlchainError('usage', `expires: expected a time to come, found '${text}'`);
  return time;
}

/** Days until `expires`, to the nearest; negative once it is over. */
export function daysLeft(expires: number, now: number): number {
  return Math.round((expires - now) / DAY);
}

/** Does it expire within {@link SOON_DAYS}, or has it? */
export function expiresSoon(expires: number, now: number): boolean {
  return expires - now < SOON_DAYS * DAY;
}

function spanFrom(text: string, now: number): number | undefined {
  const match = /^([1-9]\d{0,3})([ymwd])$/.exec(text);
  if (match === null) return undefined;
  const count = Number(match[1]);
  const start = Math.floor(now / 1000) * 1000;
  if (match[2] === 'd') return start + count * DAY;
  if (match[2] === 'w') return start + count * 7 * DAY;
  return addMonths(start, match[2] === 'y' ? 12 * count : count);
}

/** Six months from the 31st of August is the last of February. */
function addMonths(start: number, months: number): number {
  const time = new Date(start);
  const day = time.getUTCDate();
  time.setUTCDate(1);
  time.setUTCMonth(time.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();
  time.setUTCDate(Math.min(day, lastDay));
  return time.getTime();
}

function momentOf(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}Z)?$/.exec(text);
  if (match === null) return undefined;
  const wanted = `${match[1]}${match[2] ?? 'T00:00:00Z'}`;
  const time = Date.parse(wanted);
  // Date.parse takes the 30th of February for the 2nd of March.
  return Number.isNaN(time) || timestamp(time) !== wanted ? undefined : time;
}
