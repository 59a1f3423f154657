import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type ArtifactRule, parseRule, ruleText, ruleToJson } from '../../src/intoto/rule.ts';
import { anyText } from '../support/arbitrary.ts';
import { askPython } from '../support/python.ts';

function refusal(words: unknown, where?: string): string {
  try {
    parseRule(words as readonly string[], where);
  } catch (error) {
    assert.instance(error, FormatError);
    return (error as FormatError).message;
  }
  throw new Error(`accepted: ${JSON.stringify(words)}`);
}

test('rules with a pattern are read, keywords in any case, patterns as they are', () => {
  for (const type of ['CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW', 'REQUIRE'] as const) {
    assert.equal(parseRule([type, 'Data/*']), { type, pattern: 'Data/*' });
    assert.equal(parseRule([type.toLowerCase(), 'Data/*']), { type, pattern: 'Data/*' });
  }
  assert.equal(parseRule(['aLLoW', '']), { type: 'ALLOW', pattern: '' });
});

test('MATCH has four forms', () => {
  const rule = {
    type: 'MATCH',
    pattern: 'p',
    sourcePrefix: '',
    with: 'products',
    destinationPrefix: '',
    step: 's',
  };
  assert.equal(parseRule(['MATCH', 'p', 'WITH', 'PRODUCTS', 'FROM', 's']), rule);
  assert.equal(parseRule(['match', 'p', 'in', 'a', 'with', 'materials', 'from', 's']), {
    ...rule,
    sourcePrefix: 'a',
    with: 'materials',
  });
  assert.equal(parseRule(['MATCH', 'p', 'WITH', 'PRODUCTS', 'IN', 'b', 'FROM', 's']), {
    ...rule,
    destinationPrefix: 'b',
  });
  assert.equal(parseRule(['MATCH', 'p', 'IN', 'a', 'WITH', 'PRODUCTS', 'IN', 'b', 'FROM', 's']), {
    ...rule,
    sourcePrefix: 'a',
    destinationPrefix: 'b',
  });
});

test('where a name may stand, a keyword is a name', () => {
  const words = ['MATCH', 'IN', 'IN', 'IN', 'WITH', 'PRODUCTS', 'IN', 'WITH', 'FROM', 'FROM'];
  assert.equal(parseRule(words), {
    type: 'MATCH',
    pattern: 'IN',
    sourcePrefix: 'IN',
    with: 'products',
    destinationPrefix: 'WITH',
    step: 'FROM',
  });
});

test('what is no rule is refused with the form it should have', () => {
  const cases: [unknown, RegExp][] = [
    ['ALLOW x', /expected a list, found "ALLOW x"/],
    [null, /expected a list/],
    [[], /expected MATCH, CREATE, .* first, found nothing/],
    [['PERMIT', 'x'], /first, found "PERMIT"/],
    [['ALLOW'], /expected ALLOW and one pattern/],
    [['REQUIRE', 'a', 'b'], /expected REQUIRE and one name, found "REQUIRE a b"/],
    [['ALLOW', 1], /rule\[1\]: expected a string, found 1/],
    [['MATCH', 'p'], /expected MATCH pattern \[IN prefix\] WITH MATERIALS\|PRODUCTS/],
    [['MATCH', 'p', 'WITH', 'PONIES', 'FROM', 's'], /expected MATCH/],
    [['MATCH', 'p', 'FROM', 's', 'WITH', 'PRODUCTS'], /expected MATCH/],
    [['MATCH', 'p', 'WITH', 'PRODUCTS', 'FROM', 's', 'IN', 'b'], /expected MATCH/],
    [[' ALLOW', 'x'], /first/],
  ];
  for (const [words, message] of cases) assert.match(refusal(words), message);
});

test('a letter that only looks like a keyword in capitals is none', () => {
  assert.match(refusal(['DI\u017fALLOW', 'x']), /first/);
  assert.match(refusal(['MATCH', 'p', 'W\u0130TH', 'PRODUCTS', 'FROM', 's']), /expected MATCH/);
});

test('a message says where the rule stands', () => {
  assert.match(
    refusal(['ALLOW'], '"train".expected_products[3]'),
    /^"train"\.expected_products\[3\]: expected/,
  );
});

const plain = { noNullPrototype: true } as const;
const anyRule: fc.Arbitrary<ArtifactRule> = fc.oneof(
  fc.record(
    { type: fc.constantFrom('CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW', 'REQUIRE'), pattern: anyText },
    plain,
  ),
  fc.record(
    {
      type: fc.constant('MATCH' as const),
      pattern: anyText,
      sourcePrefix: anyText,
      with: fc.constantFrom('materials', 'products'),
      destinationPrefix: anyText,
      step: anyText,
    },
    plain,
  ),
);

test('a rule that was written is read as it was', () => {
  fc.assert(fc.property(anyRule, (rule) => assert.equal(parseRule(ruleToJson(rule)), rule)));
});

test('the peer takes the same lists for rules', () => {
  const words = fc.constantFrom(
    'MATCH',
    'match',
    'ALLOW',
    'Require',
    'IN',
    'in',
    'WITH',
    'FROM',
    'PRODUCTS',
    'materials',
    'x',
    '',
  );
  const random = fc.array(words, { maxLength: 11 });
  // Rules with one word exchanged: random words alone seldom come near a MATCH.
  const nearly = fc.tuple(anyRule, fc.nat(9), words).map(([rule, place, word]) => {
    return ruleToJson(rule).map((old, at) => (at === place ? word : old));
  });
  const lists = fc.sample(fc.oneof(random, nearly), { numRuns: 4000, seed: 3 });
  const answers = askPython<unknown>(
    'from in_toto.rulelib import unpack_rule',
    'answer = unpack_rule(value)["rule_type"]',
    lists,
  );
  const ours = lists.map((list) => {
    try {
      return parseRule(list).type.toLowerCase();
    } catch (error) {
      assert.instance(error, FormatError);
      return { error: 'FormatError' };
    }
  });
  assert.equal(ours, answers);
});

test('a rule is shown in one line', () => {
  const words = ['MATCH', '*', 'IN', 'src', 'WITH', 'PRODUCTS', 'IN', 'out', 'FROM', 'build'];
  assert.is(ruleText(parseRule(words)), 'MATCH * IN src WITH PRODUCTS IN out FROM build');
});

test.run();
