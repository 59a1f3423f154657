import fc from 'fast-check';
import type { Json } from '../../src/intoto/json.ts';

/** Text with what is hard: astral characters, controls, quotes, private use, combining marks; no lone surrogates. */
export const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      '/',
      '.',
      '"',
      '\\',
      '\n',
      '\u0000',
      '\u007f',
      'é',
      'é',
      '\u2028',
      '\uffff',
      '\ue000',
    ),
    fc.constantFrom('😀', '𐍈', '\u{10fffd}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});

/** Integers of every size a signed document may hold. */
const anyInteger: fc.Arbitrary<number | bigint> = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n }),
  fc.bigInt({ min: -(2n ** 90n), max: -(2n ** 53n) }),
);

export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false),
    anyInteger,
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(anyText, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
})).value;

/** Neighbouring white space of JSON, to put between tokens. */
export const anySpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });
