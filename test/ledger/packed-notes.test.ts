import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PackedNotes } from '../../src/ledger/packed-notes.ts';
import type { NoteAddress } from '../../src/ledger/read-notes.ts';

test('notes come out as they went in, those of several signers on one object, too', () => {
  for (const digits of [40, 64]) {
    const id = (text: string) => text.padStart(digits, '0');
    const addresses = new Map<string, readonly NoteAddress[]>([
      [id('a1'), [{ signer: 'ALICE', blob: id('b1') }]],
      [
        id('a2'),
        [
          { signer: 'BOB', blob: id('b2') },
          { signer: 'ALICE', blob: id('b3') },
        ],
      ],
    ]);
    assert.equal(PackedNotes.of(addresses).unpack(), addresses);
  }
  assert.is(PackedNotes.of(new Map()).unpack().size, 0);
});

test.run();
