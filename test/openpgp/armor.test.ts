import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readArmor, writeArmor } from '../../src/openpgp/armor.ts';
import { vectorsDir } from '../support/person.ts';

const text = fs.readFileSync(path.join(vectorsDir, 'keys/ed25519.pub.asc'), 'utf8');

test('what is written is what GnuPG writes, checksum and all', () => {
  const [block] = readArmor(text);
  assert.ok(block);
  assert.is(writeArmor('PUBLIC KEY BLOCK', block.data), text);
});

test('any number of octets survives', () => {
  for (let length = 1; length < 200; length += 1) {
    const data = Buffer.alloc(length, length);
    assert.equal(readArmor(writeArmor('PUBLIC KEY BLOCK', data)), [{ type: 'PUBLIC KEY BLOCK', data }]);
  }
});

test('headers, Windows line ends, trailing blanks and text around do not matter', () => {
  const [block] = readArmor(text);
  const dressed = text
    .replace('BLOCK-----\n\n', 'BLOCK-----\nVersion: X\nComment: a b: c\n \t\n')
    .replaceAll('\n', ' \r\n');
  assert.equal(readArmor(`Dear Bob,\n\n${dressed}\n-- \nAlice`), [block]);
});

test('a missing checksum and a wrong one do not matter: the signatures inside decide', () => {
  const [block] = readArmor(text);
  assert.equal(readArmor(text.replace(/\n=.{4}\n/, '\n')), [block]);
  assert.equal(readArmor(text.replace(/\n=.{4}\n/, '\n=AAAA\n')), [block]);
});

test('a block that is not closed, closed as another, or opened twice is malformed', () => {
  assert.throws(() => readArmor(text.slice(0, -40)), /end of PGP PUBLIC KEY BLOCK/);
  assert.throws(() => readArmor(text.replace('END PGP PUBLIC', 'END PGP PRIVATE')), /found END PGP PRIVATE/);
  assert.throws(() => readArmor(`-----BEGIN PGP MESSAGE-----\n${text}`), /end of PGP MESSAGE/);
  assert.throws(() => readArmor(text.slice(text.indexOf('\n'))), /found END PGP PUBLIC KEY BLOCK/);
});

test('what is no base64 is malformed and shown', () => {
  assert.throws(() => readArmor(text.replace(/\nm/, '\n%')), /expected base64, found "%/);
  assert.throws(() => readArmor(text.replace(/\nm/, '\n')), /expected base64/);
});

test.run();
