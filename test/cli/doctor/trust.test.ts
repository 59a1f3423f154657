import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AtHead } from '../../../src/cli/clone-state.ts';
import { examineLayout, examineOwners } from '../../../src/cli/doctor/trust.ts';
import type { Finding } from '../../../src/verify/finding.ts';
import type { TrustedLayout } from '../../../src/verify/layout-trust.ts';

const DAY = 24 * 3600 * 1000;
const now = Date.UTC(2026, 10, 22);

/** What the doctor reads of a clone whose layout expires in so many days, and that has these findings. */
function atHead(days: number | undefined, findings: readonly Finding[] = [], judged = true): AtHead {
  const layout = days === undefined ? undefined : { layout: { expires: now + days * DAY }, signers: ['A'] };
  return {
    head: '1234567',
    trust: { owners: ['A'.repeat(40)], threshold: 1, id: undefined, strict: false },
    drafted: false,
    assessment: { findings, history: judged ? {} : undefined } as AtHead['assessment'],
    layout: layout as unknown as TrustedLayout | undefined,
  };
}

const states = (about: AtHead) =>
  examineLayout(about, now).map(({ about: what, state }) => `${state} ${what}`);

test('a layout is fine for long, warned of in its last month, and an error when it is over', () => {
  assert.equal(
    [365, 31, 29, 1, -1].map((days) => states(atHead(days))[0]),
    ['ok layout', 'ok layout', 'warning layout', 'warning layout', 'error layout'],
  );
  assert.match(examineLayout(atHead(-3), now)[0]?.says ?? '', /^expired 3 days ago$/);
});

test('why no layout is in force is said in the words of the verdict; to have none yet is no error', () => {
  const untrusted = { code: 'layout-untrusted', severity: 'violation' } as const;
  const uncovered = { code: 'uncovered', severity: 'violation' } as const;
  const superseded = { code: 'superseded', severity: 'warning' } as const;
  assert.equal(states(atHead(undefined, [uncovered, untrusted])), ['error layout']);
  assert.match(
    examineLayout(atHead(undefined, [uncovered, untrusted]), now)[0]?.says ?? '',
    /not signed by the owners/,
  );
  assert.equal(states(atHead(undefined, [{ code: 'layout-missing', severity: 'violation' }])), [
    'warning layout',
  ]);
  assert.equal(states(atHead(undefined, [superseded])), ['error layout']);
  assert.equal(states({ ...atHead(undefined), head: undefined }), ['warning layout']);
});

test('what the clone lacks is an error of its own where judging began, and the only one where it could not', () => {
  const missing = { code: 'object-missing', severity: 'incomplete' } as const;
  const rewound = { code: 'evidence-rewound', severity: 'warning' } as const;
  assert.equal(states(atHead(365, [missing, rewound])), ['ok layout', 'error clone', 'warning clone']);
  assert.equal(states(atHead(undefined, [{ code: 'shallow', severity: 'incomplete' }], false)), [
    'error layout',
  ]);
});

test('fewer owners than must sign can trust nothing', () => {
  const { trust } = atHead(1);
  const state = (changes: Partial<AtHead['trust']>) =>
    examineOwners({ ...atHead(1), trust: { ...trust, ...changes } })[0]?.state;
  assert.is(state({}), 'ok');
  assert.is(state({ threshold: 2 }), 'error');
  assert.is(state({ owners: [] }), 'error');
});

test.run();
