import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PackedNotes } from '../../src/ledger/packed-notes.ts';

for (const octets of [20, 32]) {
  const id = (text: string) => text.padStart(2 * octets, '0');
  const alice = (blob: string) => ({ signer: 'ALICE', blob: id(blob) });
  const bob = (blob: string) => ({ signer: 'BOB', blob: id(blob) });

  test(`notes come out as they went in, under ids of ${octets} octets`, () => {
    const notes = PackedNotes.empty(octets);
    notes.add(id('a1'), alice('b1'));
    notes.add(id('a2'), bob('b2'));
    notes.add(id('a2'), alice('b3'));
    assert.is(notes.count, 3);
    assert.equal(
      [...notes.unpack()],
      [
        [id('a1'), [alice('b1')]],
        [id('a2'), [bob('b2'), alice('b3')]],
      ],
    );
  });

  test(`what two refs of one signer both have is there once, under ids of ${octets} octets`, () => {
    const notes = PackedNotes.empty(octets);
    for (const note of [alice('b1'), alice('b1'), bob('b1'), alice('b2')]) notes.add(id('a1'), note);
    assert.equal([...notes.unpack()], [[id('a1'), [alice('b1'), bob('b1'), alice('b2')]]]);
  });

  test(`each part has what it is to have, and nothing is lost, under ids of ${octets} octets`, () => {
    const notes = PackedNotes.empty(octets);
    for (let at = 0; at < 1000; at++) notes.add(id(at.toString(16)), alice(at.toString(16)));
    const parts = notes.split(3, (object) => Number.parseInt(object, 16) % 3);
    assert.equal(
      parts.map(({ count }) => count),
      [334, 333, 333],
    );
    const all = parts
      .flatMap((part) => [...part.unpack()])
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    assert.equal(all, [...notes.unpack()]);
  });
}

test('of none there are none', () => {
  assert.is(PackedNotes.empty(20).unpack().size, 0);
});

test.run();
