import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { daysLeft, expiresSoon, parseExpiry } from '../../src/layout/expiry.ts';

const now = Date.UTC(2026, 10, 22, 13, 5, 7, 250);

function expiry(text: string, from = now): string {
  return new Date(parseExpiry(text, from)).toISOString();
}

test('a span counts from now, in whole seconds; m is months', () => {
  assert.is(expiry('1y'), '2027-11-22T13:05:07.000Z');
  assert.is(expiry('6m'), '2027-05-22T13:05:07.000Z');
  assert.is(expiry('14m'), '2028-01-22T13:05:07.000Z');
  assert.is(expiry('2w'), '2026-12-06T13:05:07.000Z');
  assert.is(expiry('30d'), '2026-12-22T13:05:07.000Z');
});

test('where the month is too short, it ends on its last day', () => {
  assert.is(expiry('6m', Date.UTC(2026, 7, 31)), '2027-02-28T00:00:00.000Z');
  assert.is(expiry('1y', Date.UTC(2028, 1, 29)), '2029-02-28T00:00:00.000Z');
});

test('a date is midnight UTC, a time is itself', () => {
  assert.is(expiry('2027-01-31'), '2027-01-31T00:00:00.000Z');
  assert.is(expiry('2027-01-31T08:30:00Z'), '2027-01-31T08:30:00.000Z');
});

for (const text of [
  '',
  'y',
  '0d',
  '-1y',
  '1',
  '1h',
  '1.5y',
  '12345d',
  '9000y',
  '2027-02-30',
  '2027-1-1',
  'tomorrow',
  '2027-01-31T08:30Z',
]) {
  test(`'${text}' is no expiry`, () => {
    assert.throws(
      () => parseExpiry(text, now),
      (error: unknown) =>
        error instanceof MlchainError && error.code === 'usage' && /1y, 6m or 30d/.test(error.message),
    );
  });
}

test('a layout cannot be drafted expired', () => {
  assert.throws(() => parseExpiry('2026-11-22', now), /expected a time to come, found '2026-11-22'/);
});

test('days left are rounded, negative once it is over', () => {
  assert.is(daysLeft(now + 30 * 86_400_000, now), 30);
  assert.is(daysLeft(now + 365 * 86_400_000 - 800, now), 365);
  assert.is(daysLeft(now + 3_600_000, now), 0);
  assert.is(daysLeft(now - 86_400_000, now), -1);
});

test('thirty days are no longer soon, a second less is', () => {
  assert.not(expiresSoon(now + 30 * 86_400_000, now));
  assert.ok(expiresSoon(now + 30 * 86_400_000 - 1000, now));
  assert.ok(expiresSoon(now - 1, now));
});

test.run();
