import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { escapeJson, escapeLines, escapeMarkup, escapeText, quotePath } from '../../src/report/escape.ts';
import { makePerson } from '../support/person.ts';

const STEERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test('ordinary text of any script stays as it is', () => {
  for (const text of [
    'data/train.csv',
    'Zoë Müller <z@example.org>',
    '学習',
    'عربي',
    'a\\b',
    '"quoted"',
    '👍',
    '',
  ]) {
    assert.is(escapeText(text), text);
  }
});

test('what steers a terminal is shown as git shows it', () => {
  assert.is(escapeText('\x1b[2J'), '\\033[2J');
  assert.is(escapeText('a\rb\nc\td\be\x07f\vg\fh'), 'a\\rb\\nc\\td\\be\\af\\vg\\fh');
  assert.is(escapeText('\0\x7f'), '\\000\\177');
  assert.is(escapeText('\x9b31m'), '\\302\\23331m');
});

test('what turns words round or hides between them is shown', () => {
  assert.is(escapeText('ok\u202etxt.exe'), 'ok\\342\\200\\256txt.exe');
  assert.is(escapeText('a\u200bb\u2066c\ufeff'), 'a\\342\\200\\213b\\342\\201\\246c\\357\\273\\277');
  assert.is(escapeText('\u2028\u2029'), '\\342\\200\\250\\342\\200\\251');
  assert.is(escapeText('\u{e0041}'), '\\363\\240\\201\\201');
  assert.is(escapeText('\uffff'), '\\357\\277\\277');
});

test('a byte that is not UTF-8 is shown as that byte, any other half of a pair as a replacement', () => {
  assert.is(escapeText('caf\udce9'), 'caf\\351');
  assert.is(escapeText('\ud800'), '\\357\\277\\275');
  assert.is(escapeText('\udc00x'), '\\357\\277\\275x');
});

test('nothing that steers is left of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.not.ok(STEERS.test(escapeText(text)));
      assert.not.ok(STEERS.test(escapeMarkup(text)));
      assert.not.ok(STEERS.test(escapeLines(text).replaceAll('\n', '')));
      assert.is(escapeText(escapeText(text)), escapeText(text));
    }),
  );
});

test('line feeds stay where lines are wanted', () => {
  assert.is(escapeLines('a\nb\x1bc\n'), 'a\nb\\033c\n');
});

test('a path is quoted exactly as git quotes it', async () => {
  const names = [
    'plain.csv',
    'with space',
    'a"b',
    'back\\slash',
    'esc\x1b[31m',
    'tab\there',
    'line\nfeed',
    'Zoë.csv',
    'bell\x07',
    'del\x7f',
  ];
  const person = await makePerson('Quentin');
  await person.git(['init', '-q', '.']);
  const blob = (await person.git(['hash-object', '-w', '--stdin'])).stdout.trim();
  for (const name of names) {
    await person.git(['update-index', '--add', '--cacheinfo', `100644,${blob},${name}`]);
    const shown = await person.git(['-c', 'core.quotePath=false', 'ls-files', '--', `:(literal)${name}`]);
    assert.is(quotePath(name), shown.stdout.replace(/\n$/, ''), JSON.stringify(name));
  }
  await person.cleanup();
});

test('a path with letters that git would let pass but a terminal obeys is quoted all the same', () => {
  assert.is(quotePath('a\u202eb'), '"a\\342\\200\\256b"');
  assert.is(quotePath('caf\udce9'), '"caf\\351"');
});

test('markup is text in a page, in content and in attributes', () => {
  assert.is(
    escapeMarkup(`<img src=x onerror="alert('1')">&`),
    '&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;',
  );
  assert.is(escapeMarkup('\x1b<'), '\\033&#60;');
});

test('any text makes well-formed XML', () => {
  const samples = fc.sample(fc.string({ unit: 'binary' }), 100);
  const xml = `<r>${samples.map((text) => `<c a="${escapeMarkup(text)}">${escapeMarkup(text)}</c>`).join('')}</r>`;
  const script =
    'import sys, xml.dom.minidom; print(len(xml.dom.minidom.parse(sys.stdin.buffer).documentElement.childNodes))';
  assert.is(execFileSync('python3', ['-c', script], { input: xml, encoding: 'utf8' }), '100\n');
});

test('JSON stays the same document and steers nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = escapeJson(JSON.stringify(value, null, 2));
      assert.not.ok(STEERS.test(text.replaceAll('\n', '')));
      assert.is(JSON.stringify(JSON.parse(text)), JSON.stringify(value));
    }),
  );
  assert.is(escapeJson('["\u202e\u009b\u{e0041}"]'), '["\\u202e\\u009b\\udb40\\udc41"]');
});

test.run();
