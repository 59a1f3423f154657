import { jsonObject } from '../../src/intoto/json.ts';
import type { LayoutText } from './layout.ts';
import { makeSignatory, type Signatory, World } from './world.ts';

/** The people of every story: an owner, three functionaries, and somebody without a place in the layout. */
export interface People {
  readonly olivia: Signatory;
  readonly alice: Signatory;
  readonly bob: Signatory;
  readonly carl: Signatory;
  readonly mallory: Signatory;
}

export async function makePeople(): Promise<People> {
  const [olivia, alice, bob, carl, mallory] = await Promise.all(
    ['olivia', 'alice', 'bob', 'carl', 'mallory'].map((name) => makeSignatory(name)),
  );
  if (!olivia || !alice || !bob || !carl || !mallory) throw new Error('somebody is missing');
  return { olivia, alice, bob, carl, mallory };
}

/** Alice prepares `data/*`, Bob trains `model/*` from it, Carl tests both into `metrics/*`. */
export function pipeline({ alice, bob, carl }: People, more: Partial<LayoutText> = {}): LayoutText {
  return {
    keys: [alice, bob, carl].map(({ certificate }) => certificate.publicKey),
    steps: {
      prepare: { pubkeys: [alice.keyid], products: ['ALLOW data/*', 'DISALLOW *'] },
      train: {
        pubkeys: [bob.keyid],
        materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'DISALLOW *'],
        products: ['ALLOW model/*', 'DISALLOW *'],
      },
      test: {
        pubkeys: [carl.keyid],
        materials: ['MATCH model/* WITH PRODUCTS FROM train', 'DISALLOW *'],
        products: ['ALLOW metrics/*', 'DISALLOW *'],
      },
    },
    ...more,
  };
}

/** A world in which all three steps were done, each in a commit of its own. */
export interface Story extends People {
  readonly world: World;
  readonly layout: string;
  readonly start: string;
  readonly prepared: string;
  readonly trained: string;
  readonly tested: string;
}

export function honestStory(people: People): Story {
  const world = new World(people.olivia, Object.values(people));
  const layout = world.layout(pipeline(people));
  const start = world.commit({ layout, files: { 'README.md': 'hello' } });
  const prepared = world.commit({ files: { 'data/train.csv': '1,2' } });
  world.link({ step: 'prepare', commit: prepared, by: people.alice, products: ['data/train.csv'] });
  const trained = world.commit({ files: { 'model/m.bin': 'weights' } });
  world.link({
    step: 'train',
    commit: trained,
    by: people.bob,
    materials: ['data/train.csv'],
    products: ['model/m.bin'],
    byproducts: jsonObject([['return-value', 0]]),
  });
  const tested = world.commit({ files: { 'metrics/m.json': '0.95' } });
  world.link({
    step: 'test',
    commit: tested,
    by: people.carl,
    materials: ['model/m.bin'],
    products: ['metrics/m.json'],
  });
  return { ...people, world, layout, start, prepared, trained, tested };
}
