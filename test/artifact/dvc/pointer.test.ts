import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outputsOf, sourceOf } from '../../../src/artifact/dvc/pointer.ts';
import { type ArtifactKind, isUnexplainable } from '../../../src/artifact/kind.ts';
import { lockText, md5, pointerText } from '../../support/dvc.ts';

const HASH = md5('content');

/** What a source names, as an object. @param texts of `filesOf(source)` */
async function named(source: string, ...texts: readonly (string | Uint8Array | undefined)[]) {
  const files = texts.map((text, at) =>
    text === undefined ? undefined : { id: `blob${at}`, data: Buffer.from(text) },
  );
  return Object.fromEntries(await outputsOf(source, files));
}

test('a .dvc file is a source, and dvc.lock with the dvc.yaml beside it is one', () => {
  assert.is(sourceOf('data/x.csv.dvc'), 'data/x.csv.dvc');
  assert.is(sourceOf('a/dvc.yaml'), 'a/dvc.lock');
  assert.is(sourceOf('dvc.yaml'), 'dvc.lock');
  assert.is(sourceOf('dvc.lock'), 'dvc.lock');
  assert.is(sourceOf('Dvcfile'), 'Dvcfile');
  for (const other of ['.dvc/config', 'a/.dvc', 'x.dvc.txt', 'my-dvc.lock', 'notes.yaml'])
    assert.is(sourceOf(other), undefined, other);
});

test('the outputs of a .dvc file lie beside it, or below its wdir', async () => {
  assert.equal(await named('data/x.csv.dvc', pointerText('x.csv', HASH, 7)), { 'data/x.csv': `dvc:${HASH}` });
  const elsewhere = `wdir: ../raw\n${pointerText('x.csv', HASH, 7)}`;
  assert.equal(await named('data/x.csv.dvc', elsewhere), { 'raw/x.csv': `dvc:${HASH}` });
  const two = `outs:\n- {md5: ${HASH}, hash: md5, path: a}\n- {md5: ${md5('b')}, hash: md5, path: ./sub/../b}\n`;
  assert.equal(await named('two.dvc', two), { a: `dvc:${HASH}`, b: `dvc:${md5('b')}` });
});

test('a directory is one output, with a slash at its end', async () => {
  const text = pointerText('images', `${HASH}.dir`, 7);
  assert.equal(await named('data/images.dvc', text), { 'data/images/': `dvc:${HASH}.dir` });
});

test('what lies outside of the repository is no artifact of it', async () => {
  for (const place of [
    's3://bucket/x',
    'remote://here/x',
    '../../x',
    '../../../repo/x',
    'C:\\x',
    '..',
    '/',
  ]) {
    const text = `outs:\n- {md5: ${HASH}, hash: md5, path: '${place}'}\n`;
    assert.equal(await named('data/x.dvc', text), {}, place);
  }
});

test('what leads out and, in a clone that lies there, back again is an output nobody can sign for', async () => {
  const kinds = async (place: string) => {
    const text = `outs:\n- {md5: ${HASH}, hash: md5, path: '${place}'}\n`;
    const found = Object.entries(await named('data/x.dvc', text));
    assert.ok(found.every(([, kind]) => isUnexplainable(kind as ArtifactKind)));
    return found.map(([name]) => name);
  };
  assert.equal(await kinds('../../digits/model/w.bin'), ['model/w.bin']);
  assert.equal(await kinds('../../../a/digits/w.bin'), ['w.bin']);
  assert.equal(await kinds('/srv/digits/w.bin'), ['srv/digits/w.bin', 'digits/w.bin', 'w.bin']);
});

test('a path that only looks like an address is the path that DVC makes of it', async () => {
  const text = `outs:\n- {md5: ${HASH}, hash: md5, path: 'foo:/../model/w.bin'}\n`;
  assert.equal(await named('x.dvc', text), { 'model/w.bin': `dvc:${HASH}` });
});

test('dvc.lock names the outputs of all stages, each where its stage works', async () => {
  const lock = lockText('train', new Map([['model.bin', 'weights']]));
  assert.equal(await named('dvc.lock', lock, undefined), { 'model.bin': `dvc:${md5('weights')}` });
  const pipeline = 'stages:\n  train:\n    cmd: x\n    wdir: model\n    outs: [model.bin]\n';
  assert.equal(await named('a/dvc.lock', lock, pipeline), { 'a/model/model.bin': `dvc:${md5('weights')}` });
});

test('a stage of foreach is found by the name before the @', async () => {
  const lock = lockText('build@uk', new Map([['out', 'o']]));
  const pipeline =
    'stages:\n  build:\n    foreach: [uk, us]\n    do:\n      wdir: uk\n      cmd: x\n      outs: [out]\n';
  assert.equal(await named('dvc.lock', lock, pipeline), { 'uk/out': `dvc:${md5('o')}` });
  const byParameter = pipeline.replace('wdir: uk', `wdir: ${'$'}{item}`);
  assert.equal(await named('dvc.lock', lock, byParameter), { out: 'dvc:unreadable:blob0,blob1' });
});

test('the lock file of a DVC before 2 has its stages at the top, and hashes nobody can sign for', async () => {
  const text = `train:\n  cmd: x\n  outs:\n  - path: model.bin\n    md5: ${HASH}\n`;
  assert.equal(await named('dvc.lock', text, undefined), { 'model.bin': 'dvc:md5-dos2unix:blob0' });
});

test('an output without an MD5 of DVC 3 has a kind that changes with its pointer', async () => {
  const cases = [
    [`outs:\n- {md5: ${HASH}, path: x}\n`, 'dvc:md5-dos2unix:blob0'],
    ['outs:\n- {etag: "1", hash: md5, path: x}\n', 'dvc:without-md5:blob0'],
    [`outs:\n- {md5: ${HASH.slice(1)}, hash: md5, path: x}\n`, 'dvc:without-md5:blob0'],
    [`outs:\n- {md5: ${HASH}, hash: blake3, path: x}\n`, 'dvc:other-hash:blob0'],
  ] as const;
  for (const [text, kind] of cases) assert.equal(await named('x.dvc', text), { x: kind }, text);
});

test('a .dvc file that cannot be read speaks of the file it is named after', async () => {
  const unreadable = [
    '',
    'outs: []\n',
    'outs: [',
    'outs: x\n',
    `outs:\n- {md5: ${HASH}, hash: md5}\n`,
    'outs:\n- !!js/function "() => 1"\n',
    `a: &a\n  outs:\n  - {md5: ${HASH}, hash: md5, path: y}\n<<: *a\n`,
    `outs:\n- {md5: ${HASH}, hash: md5, path: "a\\ud800"}\n`,
    Buffer.from([0x6f, 0xff]),
  ];
  for (const text of unreadable)
    assert.equal(await named('data/x.dvc', text), { 'data/x': 'dvc:unreadable:blob0' }, String(text));
  assert.equal(await named('dvc.lock', 'stages: [', undefined), {});
});

test('aliases of aliases are not multiplied', async () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let n = 1; n < 30; n += 1) lines.push(`a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}x]`);
  const text = `${lines.join('\n')}\nouts:\n- {md5: ${HASH}, hash: md5, path: x, desc: *a29}\n`;
  assert.equal(await named('x.dvc', text), { x: `dvc:${HASH}` });
});

test('names of objects are ordinary names', async () => {
  const text = `outs:\n- {md5: ${HASH}, hash: md5, path: __proto__}\n`;
  const outputs = await outputsOf('x.dvc', [{ id: 'blob', data: Buffer.from(text) }]);
  assert.is(outputs.get('__proto__'), `dvc:${HASH}`);
});

test.run();
