import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePerson } from './person.ts';

test('a person commits under their own name and sees no configuration of the machine', async () => {
  const alice = await makePerson('Alice Able', { config: new Map([['remote.origin.mlchain', 'a "b" \\c']]) });
  await alice.git(['init', '-q', 'repo']);
  await alice.git(['commit', '-q', '--allow-empty', '-m', 'first'], { cwd: alice.at('repo') });
  const { stdout } = await alice.git(['log', '--format=%an <%ae> %D'], { cwd: alice.at('repo') });
  assert.is(stdout, 'Alice Able <alice.able@example.org> HEAD -> main\n');
  assert.is((await alice.git(['config', 'remote.origin.mlchain'])).stdout, 'a "b" \\c\n');
  const origins = await alice.git(['config', '--list', '--show-origin', '--name-only']);
  assert.ok(origins.stdout.split('\n').every((line) => line === '' || line.includes(alice.home)));
  await alice.cleanup();
  assert.not(fs.existsSync(alice.home));
});

test('an unexpected exit code throws with what the program said, an expected one does not', async () => {
  const bob = await makePerson('Bob');
  let message = '';
  await bob.git(['rev-parse', 'HEAD']).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /git rev-parse HEAD\nended with 128\n[\s\S]*not a git repository/);
  assert.is((await bob.git(['rev-parse', 'HEAD'], { code: 128 })).code, 128);
  await bob.cleanup();
});

test('a program that hangs is killed and counts as a failure', async () => {
  const carl = await makePerson('Carl');
  let message = '';
  await carl.exec('sh', ['-c', 'sleep 60 & wait'], { timeout: 100, code: 'any' }).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /killed by SIGKILL/);
  await carl.cleanup();
});

test('nobody finds a terminal to prompt on', async () => {
  const diana = await makePerson('Diana');
  const { code } = await diana.exec('sh', ['-c', ': < /dev/tty'], { code: 'any' });
  assert.is.not(code, 0);
  await diana.cleanup();
});

test.run();
