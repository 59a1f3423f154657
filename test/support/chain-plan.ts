import fc from 'fast-check';

/** Who can sign in a random chain; `chain-people.ts` gives them keys. */
export type Name = 'olivia' | 'alice' | 'bob' | 'carla' | 'dan' | 'erin' | 'mallory';

/** One artifact and what the step did to it; a content of null: it is gone. */
export interface Act {
  readonly path: string;
  readonly content: string | null;
}

/** What became of a link on its way; `as it was` by far the most. */
export type Fate =
  | 'as it was'
  | 'never written'
  | 'not JSON'
  | 'material changed'
  | 'product changed'
  | 'material dropped'
  | 'product dropped'
  | 'product added'
  | 'two digests'
  | 'other name'
  | 'command failed'
  | 'altered after signing'
  | 'signature broken'
  | 'signed by mallory'
  | 'in another file'
  | 'under another name of its signer'
  | 'a sublayout'
  | 'a sublayout that fails';

export interface Signing {
  /** Which of the step's functionaries, counted round. */
  readonly by: number;
  /** With a subkey, where they have one. */
  readonly subkey: boolean;
  readonly fate: Fate;
}

export interface StepPlan {
  readonly acts: readonly Act[];
  /** Which of what is there it takes as material: a bit each. */
  readonly takes: number;
  readonly rules: 'fitting' | 'random' | 'random, then fitting';
  readonly materials: readonly string[];
  readonly products: readonly string[];
  readonly prefixes: boolean;
  readonly threshold: number;
  readonly functionaries: readonly Name[];
  /** The step names a subkey instead of the primary key, where there is one. */
  readonly namesSubkey: boolean;
  readonly signings: readonly Signing[];
}

export interface InspectionPlan {
  readonly run: readonly string[];
  readonly rules: 'fitting' | 'random';
  readonly materials: readonly string[];
  readonly products: readonly string[];
}

export interface ChainPlan {
  readonly steps: readonly StepPlan[];
  readonly inspections: readonly InspectionPlan[];
  readonly layout: 'sound' | 'expired' | 'unsigned' | 'by mallory' | 'altered after signing';
  /** `{p}` stands for `a` in the rules of the first step. */
  readonly parameters: 'none' | 'given' | 'lacking';
  /** The delivered product is what the last step left, or not quite. */
  readonly delivered: 'as made' | 'changed' | 'one more';
}

const PATHS = ['a', 'b', 'x/a', 'x/b', 'x/y/a', 'y/a', 'dir:x'] as const;
const PATTERNS = [
  '*',
  'a',
  'b',
  'x/*',
  '*/a',
  '?',
  '[ab]',
  '[!a]*',
  'x/[!b]',
  'dir:*',
  'x/a',
  '**',
  'y/?',
  'none',
] as const;
const PREFIXES = ['', 'x', 'x/', 'y', 'x/y', 'none'] as const;
const FUNCTIONARIES: readonly Name[] = ['alice', 'bob', 'carla', 'dan', 'erin'];

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 4 * others.length, arbitrary: fc.constant(usual) },
    ...others.map((other) => fc.constant(other)),
  );
}

const anyRule: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'ALLOW', 'DISALLOW', 'REQUIRE', 'allow'),
      fc.constantFrom(...PATTERNS),
    )
    .map((words) => words.join(' ')),
  fc
    .tuple(
      fc.constantFrom(...PATTERNS),
      fc.constantFrom(...PREFIXES),
      fc.constantFrom('MATERIALS', 'PRODUCTS', 'products'),
      fc.constantFrom(...PREFIXES),
      fc.constantFrom('s0', 's1', 's2', 'i0', 'nobody'),
    )
    .map(([pattern, source, list, destination, from]) =>
      [
        `MATCH ${pattern}`,
        ...(source === '' ? [] : [`IN ${source}`]),
        `WITH ${list}`,
        ...(destination === '' ? [] : [`IN ${destination}`]),
        `FROM ${from}`,
      ].join(' '),
    ),
);
const anyRules = fc.array(anyRule, { maxLength: 4 });

const anySigning: fc.Arbitrary<Signing> = fc.record({
  by: fc.nat(2),
  subkey: fc.boolean(),
  fate: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('as it was') },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Fate>(
        'never written',
        'not JSON',
        'material changed',
        'product changed',
        'material dropped',
        'product dropped',
        'product added',
        'two digests',
        'other name',
        'command failed',
        'altered after signing',
        'signature broken',
        'signed by mallory',
        'in another file',
        'under another name of its signer',
        'a sublayout that fails',
      ),
    },
    { weight: 1, arbitrary: fc.constant<Fate>('a sublayout') },
  ),
});

const anyStep: fc.Arbitrary<StepPlan> = fc.record({
  acts: fc.uniqueArray(
    fc.record({ path: fc.constantFrom(...PATHS), content: fc.constantFrom('1', '2', '3', null) }),
    { selector: ({ path }) => path, minLength: 1, maxLength: 3 },
  ),
  takes: fc.nat(127),
  rules: fc.constantFrom('fitting', 'fitting', 'random, then fitting', 'random'),
  materials: anyRules,
  products: anyRules,
  prefixes: fc.boolean(),
  threshold: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 0),
  functionaries: fc.uniqueArray(fc.constantFrom(...FUNCTIONARIES), { minLength: 1, maxLength: 3 }),
  namesSubkey: mostly(false, true),
  signings: fc.array(anySigning, { minLength: 1, maxLength: 3 }),
});

const anyInspection: fc.Arbitrary<InspectionPlan> = fc.record({
  run: mostly<readonly string[]>(['true'], ['false'], ['cp', 'a', 'made'], ['rm', 'a']),
  rules: fc.constantFrom('fitting', 'random'),
  materials: anyRules,
  products: anyRules,
});

/** A chain as people make it, with now and then something wrong: about half of them verify. */
export const anyChain: fc.Arbitrary<ChainPlan> = fc.record({
  steps: fc.array(anyStep, { minLength: 1, maxLength: 3 }),
  inspections: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(anyInspection, { minLength: 1, maxLength: 2 }),
  ),
  layout: mostly<ChainPlan['layout']>('sound', 'expired', 'unsigned', 'by mallory', 'altered after signing'),
  parameters: mostly<ChainPlan['parameters']>('none', 'given', 'given', 'lacking'),
  delivered: mostly<ChainPlan['delivered']>('as made', 'changed', 'one more'),
});
