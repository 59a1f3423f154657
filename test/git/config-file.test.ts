import * as fs from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { parseConfig } from '../../src/git/config-file.ts';
import { makePerson, type Person } from '../support/person.ts';

/** Of these files are made: whatever git takes must be read as git reads it, whatever it refuses refused. */
const PIECES = [
  '\n[a]\n',
  '[A "B.c"]',
  '[a "q\\"\\\\x"]',
  '[a.B]',
  '[a-1.b "c"]',
  '[a',
  '\nkey',
  'key',
  '\n\tKey2-x = ',
  '1key',
  ' = ',
  '=',
  'word',
  '"in quotes"',
  '"; no comment"',
  '"open',
  '\\"',
  '\\\\',
  '\\n',
  '\\t',
  '\\b',
  '\\x',
  '\\\n',
  '\n',
  '\r\n',
  ' ',
  '  ',
  ' # comment',
  '; comment',
  'grün',
];

/** Name and value of each setting; undefined where there is no reading it. */
async function byGit(person: Person, file: string): Promise<(readonly [string, string])[] | undefined> {
  const { code, stdout } = await person.git(['config', '--file', file, '--list', '-z'], { code: 'any' });
  if (code !== 0) return undefined;
  return stdout
    .split('\0')
    .slice(0, -1)
    .map((record) => {
      const end = record.indexOf('\n');
      return end === -1 ? [record, 'true'] : [record.slice(0, end), record.slice(end + 1)];
    });
}

function byUs(text: string) {
  try {
    return parseConfig(text);
  } catch (error) {
    assert.instance(error, MlchainError);
    assert.is((error as MlchainError).code, 'config');
    return undefined;
  }
}

test('a configuration file is read, or refused, as git does', async () => {
  const person = await makePerson('Carl');
  try {
    const file = person.at('config');
    const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 });
    const property = fc.asyncProperty(pieces, async (some) => {
      const text = `[a]\n\tkey = ${some.join('')}`;
      fs.writeFileSync(file, text);
      assert.equal(byUs(text), await byGit(person, file), JSON.stringify(text));
    });
    await fc.assert(property, { numRuns: 300 });
  } finally {
    await person.cleanup();
  }
});

test('what git writes is read back', async () => {
  const person = await makePerson('Carl');
  try {
    const file = person.at('config');
    const name = 'remote.odd "name"\\.Url';
    for (const value of ['plain', ' edges ', 'a;b#c', 'tab\tand\nline', 'back\\slash "quoted"', '']) {
      fs.rmSync(file, { force: true });
      await person.git(['config', '--file', file, name, value]);
      assert.equal(parseConfig(fs.readFileSync(file, 'utf8')), [['remote.odd "name"\\.url', value]]);
    }
  } finally {
    await person.cleanup();
  }
});

test('a mark at the beginning of the file is no text', () => {
  assert.equal(parseConfig('\ufeff[a]\nb = c\n'), [['a.b', 'c']]);
  assert.equal(parseConfig(''), []);
});

test.run();
