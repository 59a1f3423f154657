import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Artifacts,
  artifactsFromJson,
  differingArtifact,
  dirDigest,
  sameDigests,
  sha256Hex,
  sha256Of,
} from '../../src/intoto/digest.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { parseJson } from '../../src/intoto/json.ts';

const [ONE, TWO] = [sha256Hex('one'), sha256Hex('two')];

function digests(entries: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}

function artifacts(entries: Record<string, string>): Artifacts {
  return new Map(Object.entries(entries).map(([name, sha256]) => [name, digests({ sha256 })]));
}

test('text is hashed as UTF-8', () => {
  assert.is(sha256Hex(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.is(sha256Hex('é'), sha256Hex(Uint8Array.of(0xc3, 0xa9)));
});

test('two digest sets are the same only as a whole', () => {
  assert.ok(sameDigests(digests({ sha256: ONE, sha512: TWO }), digests({ sha512: TWO, sha256: ONE })));
  assert.ok(sameDigests(digests({}), digests({})));
  assert.not(sameDigests(digests({ sha256: ONE }), digests({ sha256: ONE, sha512: TWO })));
  assert.not(sameDigests(digests({ sha256: ONE, sha512: TWO }), digests({ sha256: ONE })));
  assert.not(sameDigests(digests({ sha256: ONE }), digests({ sha512: ONE })));
});

test('digests are compared as text: another case is another digest, as for in-toto', () => {
  assert.not(sameDigests(digests({ sha256: 'ab' }), digests({ sha256: 'AB' })));
});

test('lists of artifacts agree, or the first that differs is named', () => {
  const list = artifacts({ a: ONE, b: TWO });
  assert.is(differingArtifact(list, artifacts({ b: TWO, a: ONE })), undefined);
  assert.is(differingArtifact(list, artifacts({ a: ONE, b: ONE })), 'b');
  assert.is(differingArtifact(list, artifacts({ a: ONE })), 'b');
  assert.is(differingArtifact(artifacts({ a: ONE }), list), 'b');
});

test('SHA-256 is found where it is', () => {
  assert.is(sha256Of(digests({ sha512: TWO, sha256: ONE })), ONE);
  assert.is(sha256Of(digests({ gitCommit: ONE })), undefined);
});

test('artifacts are read without copying', () => {
  const json = parseJson(`{"a": {"sha256": "${ONE}"}, "b": {}}`);
  assert.is(artifactsFromJson(json, 'products') as unknown, json);
});

test('an artifact without hex digests is refused by name', () => {
  for (const text of [
    '{"a":{"sha256":"xyz"}}',
    '{"a":{"sha256":""}}',
    '{"a":{"sha256":1}}',
    '{"a":null}',
    '{"a":[]}',
  ]) {
    assert.throws(
      () => artifactsFromJson(parseJson(text), 'link.materials'),
      (error: unknown) =>
        error instanceof FormatError && error.message.startsWith('link.materials["a"]: expected'),
    );
  }
  for (const text of ['[]', 'null', '"a"']) {
    assert.throws(() => artifactsFromJson(parseJson(text), 'products'), /products: expected an object/);
  }
  assert.throws(() => artifactsFromJson(undefined, 'products'), /found nothing/);
});

test('the digest of a directory is that of sha256sum over sorted names', () => {
  const files = new Map([
    ['b/x', ONE],
    ['a', TWO],
    ['a.b', ONE],
    ['B', ONE],
  ]);
  const lines = `${ONE}  B\n${TWO}  a\n${ONE}  a.b\n${ONE}  b/x\n`;
  const sum = execFileSync('sha256sum', { input: lines, encoding: 'utf8' }).slice(0, 64);
  assert.is(dirDigest(files), sum);
});

test('the digest of a directory does not depend on the order in which files are told', () => {
  const anyFiles = fc.uniqueArray(
    fc.tuple(fc.stringMatching(/^[a-zé😀/.-]{1,8}$/u), fc.constantFrom(ONE, TWO)),
    {
      selector: ([name]) => name,
    },
  );
  fc.assert(
    fc.property(anyFiles, (files) => {
      assert.is(dirDigest(files), dirDigest([...files].reverse()));
    }),
  );
});

test('a file whose name reads like two lines has no directory digest: it would be that of two files', () => {
  const two = [
    ['a', ONE],
    ['b', TWO],
  ] as const;
  assert.is(dirDigest(two).length, 64);
  assert.throws(() => dirDigest([[`a\n${TWO}  b`, ONE]]), /without line feeds/);
  assert.throws(() => dirDigest([['\udcff', ONE]]), /names in UTF-8/);
});

test.run();
