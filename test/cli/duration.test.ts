import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDuration, parseTime } from '../../src/cli/duration.ts';

test('a span is a number and a unit', () => {
  const day = 86_400;
  assert.equal(['30s', '10m', '8h', '90d', '2w', '1y'].map(parseDuration), [
    30,
    600,
    28_800,
    90 * day,
    14 * day,
    365 * day,
  ]);
});

test('anything else is no span', () => {
  for (const text of ['', '1', 'y', '0d', '01d', '-1d', '1.5h', '1 d', '1D', '1mo', '1d2h', '9999999999d']) {
    assert.is(parseDuration(text), undefined, text);
  }
});

test('a time is a day or a second, in UTC', () => {
  assert.is(parseTime('2026-11-22'), Date.UTC(2026, 10, 22));
  assert.is(parseTime('2026-11-22T08:00:01Z'), Date.UTC(2026, 10, 22, 8, 0, 1));
  assert.is(parseTime('2028-02-29'), Date.UTC(2028, 1, 29));
});

test('a day that does not exist is no time', () => {
  for (const text of [
    '2026-02-30',
    '2027-02-29',
    '2026-13-01',
    '2026-00-01',
    '2026-11-22T24:00:01Z',
    '2026-11-22T08:60:00Z',
  ]) {
    assert.is(parseTime(text), undefined, text);
  }
});

test('a time without a zone, with another zone or in words is no time', () => {
  for (const text of [
    '',
    'now',
    '2026',
    '2026-11-22T08:00:00',
    '2026-11-22T08:00:00+01:00',
    '2026-11-22 08:00:00Z',
    '1700000000',
  ]) {
    assert.is(parseTime(text), undefined, text);
  }
});

test.run();
