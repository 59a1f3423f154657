import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Ancestry } from '../../src/verify/ancestry.ts';

interface Node {
  readonly id: string;
  readonly parents: readonly string[];
}

/** Histories of up to 24 commits, each with up to three earlier ones as parents. */
const histories: fc.Arbitrary<Node[]> = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 24 })
  .map((picks) =>
    picks.map((choices, at) => ({
      id: `c${at}`,
      parents: at === 0 ? [] : [...new Set(choices.map((choice) => `c${choice % at}`))],
    })),
  );

function ancestorsOf(id: string, commits: readonly Node[]): Set<string> {
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(commits.find((commit) => commit.id === next)?.parents ?? []));
  }
  return found;
}

function naiveBases(one: string, other: string, commits: readonly Node[]): string[] {
  const common = [...ancestorsOf(one, commits)].filter((id) => ancestorsOf(other, commits).has(id));
  return common.filter(
    (id) => !common.some((better) => better !== id && ancestorsOf(better, commits).has(id)),
  );
}

test('an ancestor is what can be reached by parents, in any history', () => {
  fc.assert(
    fc.property(histories, (commits) => {
      const ancestry = new Ancestry(commits);
      for (const { id } of commits) {
        const ancestors = ancestorsOf(id, commits);
        for (const other of commits) assert.is(ancestry.isAncestor(other.id, id), ancestors.has(other.id));
      }
    }),
  );
});

test('merge bases are the best common ancestors, in any history', () => {
  fc.assert(
    fc.property(histories, fc.nat(), fc.nat(), (commits, a, b) => {
      const one = commits[a % commits.length]?.id ?? '';
      const other = commits[b % commits.length]?.id ?? '';
      const found = new Ancestry(commits).mergeBases(one, other);
      assert.equal(found.sort(), naiveBases(one, other, commits).sort());
    }),
  );
});

test('a commit is its own ancestor, and an unknown commit is nobody’s', () => {
  const ancestry = new Ancestry([{ id: 'a', parents: [] }]);
  assert.ok(ancestry.isAncestor('a', 'a'));
  assert.not(ancestry.isAncestor('x', 'a'));
  assert.not(ancestry.isAncestor('a', 'x'));
});

test('parents that are cut off do not make a commit an orphan of those that are there', () => {
  const ancestry = new Ancestry([
    { id: 'a', parents: ['missing'] },
    { id: 'b', parents: ['missing', 'a'] },
  ]);
  assert.ok(ancestry.isAncestor('a', 'b'));
});

test('the order puts every ancestor before its descendants', () => {
  fc.assert(
    fc.property(histories, (commits) => {
      const ancestry = new Ancestry(commits);
      for (const { id, parents } of commits) {
        for (const parent of parents) assert.ok(ancestry.orderOf(parent) < ancestry.orderOf(id));
      }
    }),
  );
});

test.run();
