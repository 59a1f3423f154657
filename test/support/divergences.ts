import type { ChainPeople } from './chain-people.ts';
import type { ChainPlan, Fate, Signing, StepPlan } from './chain-plan.ts';
import { playSteps } from './chain-rules.ts';
import { signerOf } from './chain-writer.ts';

/** A place where we and in-toto 1.3.1 come to different verdicts on purpose. `docs/in-toto.md` has a line for each. */
export interface Divergence {
  /** As the line in the documentation begins. */
  readonly title: string;
  /** We refuse what the peer accepts, or we accept what the peer breaks down over. */
  readonly we: 'refuse' | 'accept';
  /** Whether a chain has what it takes; many that do are judged alike all the same. */
  readonly applies: (plan: ChainPlan, people: ChainPeople) => boolean;
  /** A step of an otherwise sound chain over which the two differ. */
  readonly example: Partial<StepPlan>;
  /** The chain is inspected, by rules that fit what was delivered. */
  readonly inspected?: true;
}

const WORTHLESS: readonly Fate[] = [
  'never written',
  'not JSON',
  'altered after signing',
  'signature broken',
  'signed by mallory',
];

const by = (functionary: number, fate: Fate = 'as it was'): Signing => ({
  by: functionary,
  subkey: false,
  fate,
});

export const divergences: readonly Divergence[] = [
  {
    title: 'A link whose name is another step’s',
    we: 'refuse',
    applies: hasFate('other name'),
    example: { signings: [by(0, 'other name')] },
  },
  {
    title: 'A link of a command that failed',
    we: 'refuse',
    applies: hasFate('command failed'),
    example: { signings: [by(0, 'command failed')] },
  },
  {
    title: 'A threshold below one',
    we: 'refuse',
    applies: ({ steps }) => steps.some(({ threshold }) => threshold < 1),
    example: { threshold: 0 },
  },
  {
    title: 'Links that disagree at threshold one',
    we: 'refuse',
    applies: ({ steps }) => steps.some((step) => step.threshold === 1 && worthwhile(step).length > 1),
    example: { signings: [by(0), by(1, 'product added')] },
  },
  {
    title: 'A primary key’s signature where the step names only a subkey',
    we: 'refuse',
    applies: hasFate('under another name of its signer'),
    example: { namesSubkey: true, signings: [by(0, 'under another name of its signer')] },
  },
  {
    // The random steps sign anything at all under the name of a directory that they deliver.
    title: 'A directory that is not the one signed as `dir:P`',
    we: 'refuse',
    applies: ({ steps, inspections }) => {
      const delivered = [...playSteps(steps).left.keys()];
      return (
        inspections.some(({ rules }) => rules === 'fitting') &&
        delivered.includes('dir:x') &&
        delivered.some((name) => name.startsWith('x/'))
      );
    },
    example: {
      acts: [
        { path: 'x/a', content: '1' },
        { path: 'dir:x', content: '1' },
      ],
    },
    inspected: true,
  },
  {
    title: 'A broken file beside enough good links',
    we: 'accept',
    applies: hasFate('not JSON'),
    example: { signings: [by(0), by(1, 'not JSON')] },
  },
  {
    title: 'A failing sublayout beside enough good links',
    we: 'accept',
    applies: hasFate('a sublayout that fails'),
    example: { signings: [by(0), by(1, 'a sublayout that fails')] },
  },
  {
    title: 'A sublayout signed by a subkey',
    we: 'accept',
    applies: ({ steps }, people) =>
      steps.some((step) =>
        step.signings.some((signing) => isSublayout(signing) && signerOf(step, signing, people).isSubkey),
      ),
    example: { signings: [{ ...by(0, 'a sublayout'), subkey: true }] },
  },
];

function hasFate(fate: Fate): Divergence['applies'] {
  return ({ steps }) => steps.some(({ signings }) => signings.some((signing) => signing.fate === fate));
}

function isSublayout({ fate }: Signing): boolean {
  return fate === 'a sublayout' || fate === 'a sublayout that fails';
}

function worthwhile({ signings }: StepPlan): readonly Signing[] {
  return signings.filter(({ fate }) => !WORTHLESS.includes(fate));
}

/** An example as a whole chain: one step, which makes one file, by bob or alice; sound where it says no more. */
export function exampleOf({ example, inspected }: Pick<Divergence, 'example' | 'inspected'>): ChainPlan {
  const step: StepPlan = {
    acts: [{ path: 'a', content: '1' }],
    takes: 0,
    rules: 'fitting',
    materials: [],
    products: [],
    prefixes: false,
    threshold: 1,
    functionaries: ['bob', 'alice'],
    namesSubkey: false,
    signings: [by(0)],
    ...example,
  };
  const inspection = { run: ['true'], rules: 'fitting', materials: [], products: [] } as const;
  const inspections = inspected ? [inspection] : [];
  return { steps: [step], inspections, layout: 'sound', parameters: 'none', delivered: 'as made' };
}
