import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Artifact, toEndorsedSet } from '../../src/artifact/kind.ts';
import type { DigestSet } from '../../src/intoto/digest.ts';
import { endorses } from '../../src/verify/endorsed.ts';

function endorsing(said: DigestSet | null) {
  const artifacts = new Map([['data/x', said]]);
  return { commit: 'c', artifacts, reason: 'looked at', recorded: '2026-11-22T08:00:00Z' };
}

const artifacts: readonly Artifact[] = [
  { kind: 'file', digest: 'a'.repeat(64) },
  { kind: 'submodule', digest: 'b'.repeat(40) },
  { kind: `dvc:${'c'.repeat(32)}`, digest: `dvc:${'c'.repeat(32)}` },
];

test('an endorsement covers what it names – file, submodule, output of DVC – and nothing else', () => {
  for (const named of artifacts) {
    const endorsement = endorsing(toEndorsedSet(named));
    for (const artifact of artifacts) {
      assert.is(endorses(endorsement, 'data/x', { id: '1', artifact }), artifact === named, artifact.kind);
    }
    assert.not.ok(endorses(endorsement, 'data/y', { id: '1', artifact: named }));
    assert.not.ok(endorses(endorsement, 'data/x', undefined));
  }
});

test('a commit id is no content: where both are SHA-256, a submodule is not the file of that digest', () => {
  const digest = 'd'.repeat(64);
  const [file, submodule] = (['file', 'submodule'] as const).map((kind): Artifact => ({ kind, digest }));
  assert.not.ok(
    endorses(endorsing(toEndorsedSet(file as Artifact)), 'data/x', { id: '1', artifact: submodule }),
  );
  assert.not.ok(
    endorses(endorsing(toEndorsedSet(submodule as Artifact)), 'data/x', { id: '1', artifact: file }),
  );
});

test('that a path is rightly gone says nothing of one that is there and cannot be told', () => {
  assert.ok(endorses(endorsing(null), 'data/x', undefined));
  assert.not.ok(endorses(endorsing(null), 'data/x', { id: '1', artifact: undefined }));
});

test.run();
