import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isAuthorised } from '../../src/openpgp/authorised.ts';
import { makeKey, makeLayout } from '../support/layout.ts';

test('a functionary is who holds a key of the step, or a signing subkey of one, and not the other way round', () => {
  const subkey = makeKey('c');
  const master = makeKey('a', { subkeys: [subkey] });
  const other = makeKey('b');
  const layout = makeLayout({
    keys: [master, other],
    steps: {
      byMaster: { pubkeys: [master.keyid] },
      bySubkey: { pubkeys: [subkey.keyid] },
      byOther: { pubkeys: [other.keyid] },
    },
  });
  assert.ok(isAuthorised(layout, 'byMaster', master.keyid));
  assert.ok(isAuthorised(layout, 'byMaster', subkey.keyid));
  assert.ok(isAuthorised(layout, 'bySubkey', subkey.keyid));
  assert.not(isAuthorised(layout, 'bySubkey', master.keyid));
  assert.not(isAuthorised(layout, 'byOther', master.keyid));
  assert.not(isAuthorised(layout, 'byMaster', 'd'.repeat(40)));
  assert.not(isAuthorised(layout, 'no such step', master.keyid));
});

test.run();
