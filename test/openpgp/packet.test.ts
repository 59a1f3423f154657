import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Octets } from '../../src/openpgp/octets.ts';
import { readPackets, writePackets } from '../../src/openpgp/packet.ts';

const anyPacket = fc
  .tuple(fc.integer({ min: 1, max: 63 }), fc.uint8Array({ maxLength: 400 }))
  .map(([tag, octets]) => ({ tag, body: Buffer.from(octets) }));

test('packets that are written are read again, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(anyPacket), (packets) => {
      assert.equal(readPackets(writePackets(packets)), packets);
    }),
  );
});

test('lengths at the borders of one, two and five octets survive', () => {
  for (const length of [0, 1, 191, 192, 193, 8383, 8384, 65_536]) {
    const packets = [{ tag: 2, body: Buffer.alloc(length, 7) }];
    const written = writePackets(packets);
    assert.equal(readPackets(written), packets, `${length}`);
    assert.is(written.length - length, length < 192 ? 2 : length < 8384 ? 3 : 6);
  }
});

test('the old format with lengths of one, two and four octets is read', () => {
  const body = Buffer.from('abc');
  for (const header of ['8803', '890003', '8a00000003']) {
    assert.equal(readPackets(Buffer.concat([Buffer.from(header, 'hex'), body])), [{ tag: 2, body }]);
  }
});

test('lengths of data packets – indeterminate, partial – are refused for keys and signatures', () => {
  assert.throws(() => readPackets(Buffer.from('8b616263', 'hex')), /indeterminate/);
  assert.throws(() => readPackets(Buffer.from('c2e161', 'hex')), /partial/);
});

test('a packet that claims more octets than there are is refused, before any are taken', () => {
  for (const header of ['8804', '890004', '8a7fffffff', 'c204', 'c2c000', 'c2ffffffffff']) {
    assert.throws(
      () => readPackets(Buffer.concat([Buffer.from(header, 'hex'), Buffer.from('abc')])),
      /more octets/,
    );
  }
});

test('random octets are read or refused as malformed, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
      try {
        assert.equal(readPackets(writePackets(readPackets(octets))), readPackets(octets));
      } catch (error) {
        assert.match(`${error}`, /malformed OpenPGP data/);
      }
    }),
  );
});

test('a multiprecision integer has the octets that its bit count says', () => {
  const octets = new Octets(Buffer.from('000101000a03ff0000', 'hex'));
  assert.equal(octets.mpi(), Buffer.from('01', 'hex'));
  assert.equal(octets.mpi(), Buffer.from('03ff', 'hex'));
  assert.equal(octets.mpi(), Buffer.alloc(0));
  assert.is(octets.left, 0);
  assert.throws(() => octets.mpi(), /expected 2 more octets, found 0/);
});

test.run();
