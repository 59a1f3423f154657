import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isWithin, steadySpan } from '../../src/verify/steady.ts';
import { honestStory, makePeople } from '../support/pipeline.ts';
import { makeSignatory, START } from '../support/world.ts';

const DAY = 24 * 3600;
const NOW = START + 100 * DAY;
const people = await makePeople();
const expiring = await makeSignatory('erin', START + 200 * DAY);

const envelopeSigned = (created: number) => {
  const { world, tested } = honestStory(people);
  return world.link({ step: 'test', commit: tested, by: people.carl, created }).envelope;
};

test('without an end of anything a judgment holds for ever', () => {
  const { world } = honestStory(people);
  assert.is(steadySpan(NOW, world.certificates, []).until, undefined);
});

test('it holds until the next key expires, and from the last that did', () => {
  const { certificate } = expiring;
  const before = steadySpan(NOW, [certificate], []);
  const end = START + 200 * DAY;
  // A key cannot be given an expiry to the second: what the certificate says counts.
  const exact = certificate.keys.get(expiring.keyid)?.expires ?? 0;
  assert.ok(Math.abs(exact - end) < DAY);
  assert.equal(before, { from: 0, until: exact });
  assert.equal(steadySpan(exact, [certificate], []), { from: exact, until: undefined });
  assert.not(isWithin(exact, before));
  assert.ok(isWithin(exact - 1, before));
});

test('it ends when a signature that is dated too far ahead begins to count', () => {
  const ahead = steadySpan(NOW, [], [envelopeSigned(NOW + 3 * DAY)]);
  assert.equal(ahead, { from: 0, until: NOW + 2 * DAY });
  assert.equal(steadySpan(NOW, [], [envelopeSigned(NOW)]), { from: NOW - DAY, until: undefined });
});

test('a clock that was set back is not within', () => {
  const span = steadySpan(NOW, [], [envelopeSigned(NOW)]);
  assert.ok(isWithin(NOW - DAY, span));
  assert.not(isWithin(NOW - DAY - 1, span));
});

test('an earlier span is only ever narrowed', () => {
  const within = { from: NOW - 5, until: NOW + 5 };
  assert.equal(steadySpan(NOW, [expiring.certificate], [envelopeSigned(NOW)], within), within);
});

test.run();
