import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import type { Body, ObjectInfo } from '../../src/git/replies.ts';
import { ReplyParser } from '../../src/git/replies.ts';

const ID = 'a'.repeat(40);

function gathering(info: ObjectInfo): Body<string> {
  const chunks: Buffer[] = [];
  return {
    write: (chunk) => void chunks.push(Buffer.from(chunk)),
    close: () => `${info.type} ${info.size} ${Buffer.concat(chunks).toString('latin1')}`,
  };
}

function reply(content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${ID} blob ${content.length}\n`), content, Buffer.from('\n')]);
}

test('replies are cut by their size, whatever their content looks like', () => {
  const parser = new ReplyParser(gathering);
  const input = Buffer.concat([reply(Buffer.from(`x missing\n${ID} blob 3\n`)), reply(Buffer.from('\n\n'))]);
  assert.equal([...parser.push(input)], [`blob 58 x missing\n${ID} blob 3\n`, 'blob 2 \n\n']);
});

test('what is not there is undefined, in its place in the row', () => {
  const parser = new ReplyParser(gathering);
  const input = Buffer.concat([
    Buffer.from('HEAD:no such missing\n'),
    reply(Buffer.from('a')),
    Buffer.from('abcd ambiguous\n missing\n'),
    Buffer.from(`${ID} submodule\n`),
  ]);
  assert.equal([...parser.push(input)], [undefined, 'blob 1 a', undefined, undefined, undefined]);
});

test('a header that is none is an error, not an answer', () => {
  for (const line of ['fatal: something\n', `${ID} blob -1\n`, `${ID} blob\n`, `${ID} egg 3\n`, '\n'])
    assert.throws(
      () => [...new ReplyParser(gathering).push(Buffer.from(line))],
      (error: unknown) => error instanceof MlchainError && /expected an object header/.test(error.message),
    );
});

test('headers alone have no content to wait for', () => {
  const parser = new ReplyParser<string>((info) => ({ ...gathering(info), hasContent: false }));
  assert.equal([...parser.push(Buffer.from(`${ID} blob 12345\nx missing\n`))], ['blob 12345 ', undefined]);
});

test('it does not matter where the pipe cuts', () => {
  const contents = fc.array(fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(contents, fc.array(fc.integer({ min: 1, max: 30 })), (objects, lengths) => {
      const output = Buffer.concat(
        objects.map((content) => (content ? reply(content) : Buffer.from('x missing\n'))),
      );
      const expected = objects.map((content) =>
        content ? `blob ${content.length} ${Buffer.from(content).toString('latin1')}` : undefined,
      );
      const parser = new ReplyParser(gathering);
      const found: (string | undefined)[] = [];
      let at = 0;
      for (const length of [...lengths, output.length]) {
        found.push(...parser.push(output.subarray(at, at + length)));
        at += length;
      }
      assert.equal(found, expected);
    }),
  );
});

test.run();
