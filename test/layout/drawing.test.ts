import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawSteps } from '../../src/layout/drawing.ts';

function draw(steps: Record<string, readonly string[]>): string {
  return drawSteps(Object.entries(steps).map(([name, from]) => ({ name, from }))).join('\n');
}

test('a chain goes down step by step', () => {
  assert.is(
    draw({ source: [], prepare: ['source'], train: ['prepare'] }),
    ['source   ●', 'prepare  └─▶●', 'train       └─▶●'].join('\n'),
  );
});

test('lines join, go on and end where their steps are used', () => {
  assert.is(
    draw({
      source: [],
      prepare: ['source'],
      train: ['prepare', 'source'],
      test: ['prepare', 'train', 'source'],
      package: ['train', 'test', 'source'],
    }),
    [
      'source   ●', //
      'prepare  ├─▶●',
      'train    ├──┼─▶●',
      'test     ├──┴──┼─▶●',
      'package  └─────┴──┴─▶●',
    ].join('\n'),
  );
});

test('a line that crosses another one runs behind it, an unused column stays empty', () => {
  assert.is(
    draw({ a: [], b: [], c: ['a'], d: ['b'], e: [] }),
    ['a  ●', 'b  │  ●', 'c  └──│─▶●', 'd     └────▶●', 'e              ●'].join('\n'),
  );
});

test('arrows to itself, to later steps and to steps that are not there are left out', () => {
  assert.is(draw({ a: ['b', 'a', 'x'], b: ['b'] }), 'a  ●\nb     ●');
});

test('very many steps are listed, not drawn', () => {
  const steps = Array.from({ length: 3000 }, (_, at) => ({
    name: `s${at}`,
    from: at === 0 ? [] : [`s${at - 1}`],
  }));
  const lines = drawSteps(steps);
  assert.is(lines.length, 3000);
  assert.is(lines[2999], 's2999');
  assert.equal(drawSteps([]), []);
});

test.run();
