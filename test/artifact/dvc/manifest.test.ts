import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manifestMd5, parseManifest } from '../../../src/artifact/dvc/manifest.ts';
import { md5 } from '../../support/dvc.ts';

const one = md5('1');
const two = md5('2');

test('a manifest is hashed as Python writes it: by path, keys sorted, ASCII alone', () => {
  const entries = [
    { relpath: 'b/été.txt', md5: two },
    { relpath: 'a"\t😀', md5: one },
  ];
  const text = `[{"md5": "${one}", "relpath": "a\\"\\t\\ud83d\\ude00"}, {"md5": "${two}", "relpath": "b/\\u00e9t\\u00e9.txt"}]`;
  assert.is(manifestMd5(entries), md5(text));
  assert.is(manifestMd5([]), md5('[]'));
});

test('a manifest is read back, whatever else its entries say', () => {
  const text = `[{"md5": "${one}", "relpath": "a", "size": 3}, {"relpath": "b/c", "md5": "${two}"}]`;
  assert.equal(parseManifest(Buffer.from(text)), [
    { relpath: 'a', md5: one },
    { relpath: 'b/c', md5: two },
  ]);
});

test('what is no manifest, or leads out of the directory, is none', () => {
  const bad = [
    '',
    '{}',
    '[null]',
    '["a"]',
    `[{"md5": "${one}"}]`,
    `[{"md5": "x", "relpath": "a"}]`,
    ...['../a', '/a', 'a/../../b', '.git/config', 'a//b', 'a\\\\b'].map(
      (relpath) => `[{"md5": "${one}", "relpath": "${relpath}"}]`,
    ),
  ];
  for (const text of bad) assert.is(parseManifest(Buffer.from(text)), undefined, text);
});

test.run();
