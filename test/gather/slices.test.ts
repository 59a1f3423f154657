import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { slicesOf } from '../../src/gather/slices.ts';
import type { GraphCommit } from '../../src/git/commit-graph.ts';
import { Ancestry } from '../../src/verify/ancestry.ts';

/** `a`, `b<a`, `c<ab`: a commit and its parents. */
function graph(text: string): GraphCommit[] {
  return text.split(' ').map((each) => {
    const [id = '', parents = ''] = each.split('<');
    return { id, parents: [...parents] };
  });
}

async function cut(text: string, size: number, whole: readonly string[] = []): Promise<string[]> {
  const slices = await slicesOf(graph(text), new Set(whole), { from: 0, size });
  return slices.map((slice) => slice.join(''));
}

test('a line is cut anywhere, the last slice takes what is left', async () => {
  assert.equal(await cut('a b<a c<b d<c e<d', 2), ['ab', 'cd', 'e']);
  assert.equal(await cut('a b<a c<b', 5), ['abc']);
});

test('it is not cut where a branch leads past', async () => {
  assert.equal(await cut('a b<a c<b d<a e<cd f<e g<f', 1), ['a', 'bcde', 'f', 'g']);
  assert.equal(await cut('a b<a c<a d<bc', 2), ['abcd']);
});

test('another root belongs to all that came before it', async () => {
  assert.equal(await cut('a b<a c d<bc e<d', 1), ['abcd', 'e']);
});

test('what has to be in the first slice is', async () => {
  assert.equal(await cut('a b<a c<b d<c e<d', 1, ['c']), ['abc', 'd', 'e']);
});

test('whatever the history, all of it comes once, and the last of a slice has all before below it, all after above', async () => {
  const anyHistory = fc.array(fc.tuple(fc.nat(3), fc.nat(5), fc.boolean()), { minLength: 1, maxLength: 30 });
  const property = fc.asyncProperty(anyHistory, fc.integer({ min: 1, max: 4 }), async (shape, size) => {
    const commits: GraphCommit[] = shape.map(([back, other, merges], at) => {
      const parents =
        at === 0 ? [] : [Math.max(0, at - 1 - (back % 3)), ...(merges ? [Math.max(0, at - 1 - other)] : [])];
      return { id: `${at}`, parents: [...new Set(parents)].map(String) };
    });
    // As git lists them: only what leads to the tip.
    const all = new Ancestry(commits);
    const tip = `${commits.length - 1}`;
    const listed = commits.filter(({ id }) => all.isAncestor(id, tip));
    const slices = await slicesOf(listed, new Set(), { from: 0, size });
    assert.equal(
      slices.flat(),
      listed.map(({ id }) => id),
    );
    for (const [at, slice] of slices.entries()) {
      const last = slice.at(-1) ?? '';
      if (at < slices.length - 1) assert.ok(slice.length >= size);
      for (const [other, ids] of slices.entries()) {
        for (const id of ids) assert.ok(other <= at ? all.isAncestor(id, last) : all.isAncestor(last, id));
      }
    }
  });
  await fc.assert(property, { numRuns: 200 });
});

test.run();
