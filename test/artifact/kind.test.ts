import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../src/artifact/kind.ts';
import { sameArtifact, specialKinds, toDigestSet } from '../../src/artifact/kind.ts';

const digest = 'a'.repeat(64);

test('a link carries a sha256, and for a submodule its commit', () => {
  for (const kind of ['file', 'lfs', 'symlink', 'dvc:0123'] as const) {
    assert.equal([...toDigestSet({ kind, digest })], [['sha256', digest]]);
  }
  const commit = 'b'.repeat(40);
  assert.equal([...toDigestSet({ kind: 'submodule', digest: commit })], [['gitCommit', commit]]);
});

test('the same digest in another kind is another artifact: a link is not the file that reads the same', () => {
  const file: Artifact = { kind: 'file', digest };
  assert.ok(sameArtifact(file, { ...file }));
  assert.ok(sameArtifact(undefined, undefined));
  assert.not.ok(sameArtifact(file, { kind: 'symlink', digest }));
  assert.not.ok(sameArtifact(file, { kind: 'file', digest: 'b'.repeat(64) }));
  assert.not.ok(sameArtifact(file, undefined));
});

test('plain files are not listed among the kinds', () => {
  const listing = new Map<string, Artifact>([
    ['a', { kind: 'file', digest }],
    ['b', { kind: 'lfs', digest }],
    ['__proto__', { kind: 'symlink', digest }],
  ]);
  assert.equal(
    [...specialKinds(listing)],
    [
      ['b', 'lfs'],
      ['__proto__', 'symlink'],
    ],
  );
});

test.run();
