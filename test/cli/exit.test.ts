import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exitCodeOfError, exitCodeOfVerdict } from '../../src/cli/exit.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { MlchainError } from '../../src/errors.ts';

test('a verdict is verified 0, violated 1, incomplete 3', () => {
  assert.equal((['verified', 'violated', 'incomplete'] as const).map(exitCodeOfVerdict), [0, 1, 3]);
});

test('each kind of error has the exit code of the contract', () => {
  const expected: readonly (readonly [ErrorCode, number])[] = [
    ['usage', 2],
    ['config', 2],
    ['input', 2],
    ['incomplete', 3],
    ['unsupported-repository', 3],
    ['failed', 1],
    ['git', 1],
    ['key', 1],
  ];
  for (const [code, exit] of expected) assert.is(exitCodeOfError(new MlchainError(code, 'no')), exit, code);
});

test('an error that nobody foresaw is never 0', () => {
  for (const error of [new Error('x'), new TypeError('x'), 'x', undefined, null, 0]) {
    assert.is(exitCodeOfError(error), 1);
  }
});

test.run();
