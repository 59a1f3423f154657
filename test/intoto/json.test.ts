import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type Json, jsonObject, parseJson, stringify } from '../../src/intoto/json.ts';
import { isJsonObject } from '../../src/intoto/json-value.ts';
import { anyJson, anySpace } from '../support/arbitrary.ts';
import { askPython } from '../support/python.ts';

/** The message of the FormatError that must come. */
function refusal(text: string | Uint8Array): string {
  try {
    parseJson(text);
  } catch (error) {
    assert.instance(error, FormatError);
    return (error as FormatError).message;
  }
  throw new Error(`accepted: ${text}`);
}

test('objects become maps that keep the order of the text', () => {
  const json = parseJson('{"z": 1, "a": [true, false, null], "": {"x": "y"}}') as ReadonlyMap<string, Json>;
  assert.equal([...json.keys()], ['z', 'a', '']);
  assert.equal(json.get('a'), [true, false, null]);
  assert.equal([...(json.get('') as ReadonlyMap<string, Json>)], [['x', 'y']]);
});

test('an object of one entry is asked as any other', () => {
  const one = parseJson('{"sha256":"ab"}') as ReadonlyMap<string, Json>;
  const map: ReadonlyMap<string, Json> = new Map([['sha256', 'ab']]);
  assert.is(one.size, 1);
  for (const key of ['sha256', 'sha512', '__proto__', 'size']) {
    assert.is(one.get(key), map.get(key));
    assert.is(one.has(key), map.has(key));
  }
  assert.equal([...one.keys(), ...one.values()], [...map.keys(), ...map.values()]);
  assert.equal([[...one], [...one.entries()]], [[...map], [...map.entries()]]);
  const visited: unknown[] = [];
  one.forEach((value, key, whole) => {
    visited.push(value, key, whole === one);
  });
  assert.equal(visited, ['ab', 'sha256', true]);
});

test('names that mean something to JavaScript are ordinary names', () => {
  const json = parseJson('{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3}') as ReadonlyMap<
    string,
    Json
  >;
  assert.equal([...json.keys()], ['__proto__', 'constructor', 'toString']);
  assert.is(({} as { polluted?: number }).polluted, undefined);
});

test('integers survive exactly, whatever their size', () => {
  assert.is(parseJson('9007199254740991'), 9007199254740991);
  assert.is(parseJson('9007199254740993'), 9007199254740993n);
  assert.is(parseJson('-1180591620717411303424'), -1180591620717411303424n);
  assert.ok(Object.is(parseJson('-0'), 0));
});

test('a number with a fraction or an exponent is refused in every spelling', () => {
  for (const text of ['1.0', '1e3', '1E+2', '-0.0', '1e400', '[0.5]']) {
    assert.match(refusal(text), /expected an integer, found a number with fraction or exponent/);
  }
});

test('an integer so long that reading it would take its time is refused', () => {
  assert.is(parseJson('9'.repeat(4300)), BigInt('9'.repeat(4300)));
  assert.match(refusal('9'.repeat(4301)), /at most 4300 digits/);
});

test('a key that comes twice is refused, in either spelling, where it stands', () => {
  assert.is(refusal('{"a":1,\n "a":2}'), 'line 2, column 2: expected each key once, found "a" again');
  assert.match(refusal('{"a":1,"\\u0061":2}'), /each key once/);
  assert.match(refusal('{"b":1,"c":2,"a":3,"c":4}'), /column 20: expected each key once, found "c" again/);
});

test('half a surrogate pair is refused, a whole one is a character', () => {
  assert.is(parseJson('"\\ud83d\\ude00"'), '😀');
  for (const text of ['"\\ud800"', '"a\\udc00b"', '"\\ude00\\ud83d"', '{"\\udbff":1}', '"\ud800"']) {
    assert.match(refusal(text), /found a lone surrogate/);
  }
});

test('bytes have to be UTF-8, without a byte order mark', () => {
  assert.is(parseJson(Buffer.from('"é😀"')), 'é😀');
  assert.match(refusal(Uint8Array.of(0x22, 0xff, 0x22)), /bytes that are not UTF-8/);
  assert.match(refusal(Buffer.from('\ufeff{}')), /line 1, column 1: expected a value/);
});

test('nesting has a limit, so that a foreign line cannot exhaust the stack', () => {
  assert.ok(parseJson('['.repeat(128) + ']'.repeat(128)));
  assert.match(
    refusal('['.repeat(129) + ']'.repeat(129)),
    /column 129: expected at most 128 levels of nesting/,
  );
  assert.match(refusal('['.repeat(100_000)), /128 levels/);
  assert.match(refusal('{"a":'.repeat(100_000)), /128 levels/);
});

test('side by side there may be as much as one likes', () => {
  assert.is((parseJson(`[${'[],'.repeat(1000)}{}]`) as Json[]).length, 1001);
});

test('what is not JSON is refused, with where and what', () => {
  const cases: [string, RegExp][] = [
    ['', /line 1, column 1: expected a value, found the end of the text/],
    ['{"a":', /expected a value, found the end of the text/],
    ['{"a" 1}', /expected ':' after the key, found "1}"/],
    ['{"a":1 "b"}', /expected ',' or '}'/],
    ['[1 2]', /expected ',' or '\]'/],
    ['[1,]', /expected a value, found "\]"/],
    ['{a:1}', /expected a key in double quotes/],
    ["{'a':1}", /expected a key in double quotes/],
    ['{} {}', /expected the end of the text/],
    ['[01]', /expected a number without leading zeros/],
    ['[-]', /expected a value/],
    ['[+1]', /expected a value/],
    ['nul', /expected a value/],
    ['NaN', /expected a value/],
    ['-Infinity', /expected a value/],
    ['"\\x41"', /expected an escape that JSON knows/],
    ['"\\u12g4"', /expected an escape that JSON knows/],
    ['"a\nb"', /expected control characters in strings to be escaped/],
    ['"open', /expected the closing quote of a string/],
    ['"open\\', /expected an escape/],
    ['{/*c*/}', /expected a key/],
  ];
  for (const [text, message] of cases) assert.match(refusal(text), message, text);
});

test('foreign text in a message is cut short and cannot steer a terminal', () => {
  const message = refusal(`{"${'x'.repeat(500)}":1,"${'x'.repeat(500)}":2}`);
  assert.ok(message.length < 150);
  assert.not.ok(refusal('\u001b[31m').includes('\u001b'));
});

test('every escape of JSON is read', () => {
  assert.is(parseJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9"'), '"\\/\b\f\n\r\tAé');
});

test('what was written is read back as it was', () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom<0 | 1>(0, 1), (json, indent) => {
      assert.equal(sorted(parseJson(stringify(json, indent))), sorted(json));
    }),
  );
});

test('white space between tokens changes nothing', () => {
  fc.assert(
    fc.property(anyJson, anySpace, (json, space) => {
      assert.equal(sorted(parseJson(spread(json, space))), sorted(json));
    }),
  );
});

test('text that JSON.parse refuses is refused here, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]{}",:0-1e.tfn\\u \n'), maxLength: 12 }), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      if (!isJson) refusal(text);
    }),
    { numRuns: 2000 },
  );
});

test('indent 1 and compact text are byte for byte what the peer writes', () => {
  const values = fc.sample(anyJson, { numRuns: 200, seed: 7 });
  const inputs = values.map((value) => stringify(value, 0));
  const body = `parsed = json.loads(value)
answer = [json.dumps(parsed, indent=1, sort_keys=True, separators=(",", ": ")),
          json.dumps(parsed, sort_keys=True, separators=(",", ":"))]`;
  const answers = askPython<[string, string]>('', body, inputs);
  const ours = values.map((value) => [stringify(value, 1), stringify(value, 0)]);
  assert.equal(ours, answers);
});

test('keys are written by code point, not by UTF-16 unit', () => {
  const object = jsonObject([
    ['😀', 1],
    ['\ufffd', 2],
    ['a', 3],
  ]);
  assert.is(stringify(object, 0), '{"a":3,"\\ufffd":2,"\\ud83d\\ude00":1}');
});

test('what has no JSON form is not written', () => {
  for (const value of [0.5, Number.NaN, 2 ** 53, '\ud800', ['\udfff'], jsonObject([['\ud800', 1]])]) {
    assert.throws(
      () => stringify(value, 0),
      (error: unknown) => error instanceof FormatError,
    );
  }
});

/** With the keys of every map in order: what JSON calls the same. */
function sorted(json: Json): Json {
  if (isJsonObject(json)) {
    const entries = [...json].map(([key, value]) => [key, sorted(value)] as const);
    return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return Array.isArray(json) ? json.map(sorted) : json;
}

/** JSON text with white space at every place where it may stand. */
function spread(json: Json, space: string): string {
  const around = (text: string): string => space + text + space;
  if (isJsonObject(json)) {
    const entries = [...json].map(([key, value]) => `${around(JSON.stringify(key))}:${spread(value, space)}`);
    return around(`{${entries.join(',') || space}}`);
  }
  if (Array.isArray(json)) return around(`[${json.map((item) => spread(item, space)).join(',') || space}]`);
  return around(typeof json === 'string' ? JSON.stringify(json) : String(json));
}

test.run();
