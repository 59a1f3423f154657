import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { GitError, isMissingObject, RefRaceError } from '../../src/git/git-error.ts';

function failed(stderr: string, args: string[] = ['log']): GitError {
  return new GitError({ args, exitCode: 128, stderr });
}

test('the message is the line that tells why, in git’s words', () => {
  assert.is(failed('warning: x\nfatal: bad thing\nhint: try y\n').message, 'git log: bad thing');
  assert.is(failed('error: first\nfatal: second\n').message, 'git log: first');
  assert.is(failed('something else\nat the end\n\n').message, 'git log: at the end');
  assert.is(failed('').message, 'git log: exit code 128');
  assert.is(
    new GitError({ args: ['log'], exitCode: undefined, stderr: '' }).message,
    'git log: exit code unknown',
  );
});

test('settings for one call are not the name of the command', () => {
  assert.is(failed('fatal: x', ['-c', 'a.b=c', '-c', 'd.e=f', 'push', 'origin']).message, 'git push: x');
  assert.is(failed('fatal: x', []).message, 'git : x');
});

test('an object that is named but not here makes the answer incomplete, and says how to get it', () => {
  const id = 'a'.repeat(40);
  for (const stderr of [
    `fatal: could not fetch ${id} from promisor remote\n`,
    `warning: lazy fetching disabled; some objects may not be available\n`,
    `fatal: unable to read tree ${id}\n`,
    `error: Could not read ${id}\nfatal: Failed to traverse parents of commit ${id}\n`,
    `fatal: bad object ${id}\n`,
    `fatal: Not a valid commit name ${id}\n`,
  ]) {
    const error = failed(stderr);
    assert.is(error.code, 'incomplete', stderr);
    assert.match(error.hint ?? '', /git fetch --unshallow/);
    assert.ok(isMissingObject(error));
  }
});

test('any other failure is git’s, and other errors are none of git’s', () => {
  for (const stderr of [
    'fatal: loose object aaaa is corrupt\n',
    'fatal: bad object HEAD~3\n',
    'fatal: out of memory\n',
    '',
  ]) {
    assert.is(failed(stderr).code, 'git', stderr);
    assert.not(isMissingObject(failed(stderr)));
  }
  assert.not(isMissingObject(new MlchainError('incomplete', 'of another kind')));
  assert.not(isMissingObject('incomplete'));
});

test('a race is a git error of its own kind', () => {
  const race = new RefRaceError({ args: ['update-ref'], exitCode: 128, stderr: 'fatal: cannot lock ref' });
  assert.instance(race, GitError);
  assert.equal([race.name, race.code, race.exitCode], ['RefRaceError', 'git', 128]);
});

test.run();
