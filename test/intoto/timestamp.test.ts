import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timestamp } from '../../src/intoto/timestamp.ts';

test('a time is written in UTC and in whole seconds', () => {
  assert.is(timestamp(Date.UTC(2026, 10, 22, 8, 1, 2)), '2026-11-22T08:01:02Z');
  assert.is(timestamp(Date.UTC(2026, 10, 22, 8, 1, 2, 999)), '2026-11-22T08:01:02Z');
  assert.is(timestamp(0), '1970-01-01T00:00:00Z');
});

test.run();
