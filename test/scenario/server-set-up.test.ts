import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { serveOverHttp } from '../support/http-git.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { projectRoot } from '../support/person.ts';
import { stories } from '../support/stories.ts';

// product.md §8 over HTTP and file://, and docs/server.md as it is written: what an administrator types makes a server
// that takes what is explained and refuses what is not.

const story = stories('a server as docs/server.md sets it up');
const DATA = 'data/words.txt';
const page = fs.readFileSync(path.join(projectRoot, 'docs/server.md'), 'utf8');

story('over HTTP, by git http-backend', async ({ team: { host, olivia, alice, mallory, carl } }) => {
  await host.git('mlchain', 'hooks', 'install');
  await host.git('config', 'mlchain.owner', olivia.fingerprint);
  const server = await serveOverHttp(host);
  try {
    for (const each of [alice, mallory, carl]) await each.git('remote', 'set-url', 'origin', server.url);
    await expectGuarded(host, { alice, mallory, carl });
  } finally {
    await server.close();
  }
});

story('over file://, as the page sets up a bare repository', async ({ team }) => {
  const { host, olivia, alice, mallory, carl } = team;
  const [setUp = ''] = commandsUnder('A bare repository');
  await typed(host, setUp, filledIn(host, olivia, '/srv/git/digits.git'));
  for (const each of [alice, mallory, carl])
    await each.git('remote', 'set-url', 'origin', `file://${host.clone}`);
  await expectGuarded(host, { alice, mallory, carl });
  assert.is(await host.git('config', 'receive.denyNonFastForwards'), 'true');
});

story('in Gitea and Forgejo, which run what lies in pre-receive.d', async ({ team }) => {
  const { host, olivia, alice, mallory, carl } = team;
  // What they write there themselves, in short.
  const delegate = `#!/bin/sh
data=$(cat)
for hook in "$GIT_DIR"/hooks/pre-receive.d/*; do
  test -x "$hook" && test -f "$hook" || continue
  echo "$data" | "$hook" || exit
done
`;
  host.write('hooks/pre-receive', delegate);
  fs.chmodSync(path.join(host.clone, 'hooks/pre-receive'), 0o755);
  const [setUp = ''] = commandsUnder('Gitea and Forgejo');
  const place = '/var/lib/gitea/data/gitea-repositories/olivia/digits.git';
  await typed(host, setUp, filledIn(host, olivia, place));
  await expectGuarded(host, { alice, mallory, carl });
});

story('without server hooks, as a check of a merge request', async ({ team }) => {
  const { olivia, alice, mallory, carl } = team;
  const [check = ''] = commandsUnder('Forges without server hooks');
  const words = new Map([['<FINGERPRINT>', olivia.fingerprint]]);
  alice.write(DATA, 'apple\nquince\n');
  await alice.commit('new data');
  await alice.push('HEAD:refs/heads/topic');
  await mallory.git('checkout', '-q', '-b', 'poison');
  mallory.write(DATA, 'poison\n');
  await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks('HEAD:refs/heads/poison');

  for (const [branch, code] of [
    ['topic', 0],
    ['poison', 1],
  ] as const) {
    const clone = carl.in(carl.person.at(`job-${branch}`));
    await carl.person.git(['clone', '-q', '--branch', branch, 'team:server.git', clone.clone]);
    const [history = '', release = ''] = check.split(/\n(?=git mlchain verify --owner \S+$)/m);
    const checked = await typed(clone, history, words, 'any');
    assert.is(checked.code, code, checked.stderr);
    const { runs } = JSON.parse(clone.read('mlchain.sarif'));
    assert.is(
      runs[0].results.some(({ ruleId }: { ruleId: string }) => ruleId === 'uncovered'),
      code === 1,
    );
    // The model was not trained on the new data yet: the branch holds, its release does not.
    assert.is((await typed(clone, release, words, 'any')).code, 1);
  }
});

story.run();

function commandsUnder(title: string): string[] {
  const [, section = ''] = page.split(`\n## ${title}\n`);
  const [body = ''] = section.split('\n## ');
  return [...body.matchAll(/```sh\n([^`]*)```/g)].map(([, commands = '']) => commands);
}

function filledIn(host: Member, olivia: Member, place: string): ReadonlyMap<string, string> {
  return new Map([
    [place, host.clone],
    ['<FINGERPRINT OF THE OWNER>', olivia.fingerprint],
  ]);
}

/** By this person, in that place, with what the page leaves to be filled in; `npm` knows this checkout only. */
async function typed(by: Member, commands: string, words: ReadonlyMap<string, string>, code: 0 | 'any' = 0) {
  const modules = by.person.at('npm/lib');
  fs.mkdirSync(modules, { recursive: true });
  if (!fs.existsSync(path.join(modules, 'git-mlchain')))
    fs.symlinkSync(projectRoot, path.join(modules, 'git-mlchain'));
  fs.writeFileSync(by.person.at('bin/npm'), `#!/bin/sh\ntest "$1" != root || echo '${modules}'\n`, {
    mode: 0o755,
  });
  const script = [...words].reduce((text, [from, to]) => text.replaceAll(from, to), commands);
  return await by.person.exec('sh', ['-ec', script], { cwd: by.clone, code });
}

async function expectGuarded(
  host: Member,
  { alice, mallory, carl }: { alice: Member; mallory: Member; carl: Member },
): Promise<void> {
  alice.write(DATA, 'apple\nquince\n');
  const commit = await alice.commit('new data');
  await alice.push();
  assert.is(await host.git('rev-parse', 'main'), commit);
  assert.is((await host.lines(commit, alice)).length, 1);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');

  await mallory.pull();
  mallory.write(DATA, 'poison\n');
  const poison = await mallory.commitWithoutHooks('poison');
  const refused = await mallory.tries(['push', '--no-verify', 'origin', 'HEAD']);
  assert.is(refused.code, 1);
  for (const word of [DATA, poison.slice(0, 7), 'Mallory', '[uncovered]']) assert.match(refused.stderr, word);
  assert.ok(refused.stderr.trim().split('\n').length < 20, refused.stderr);
  assert.is(await host.git('rev-parse', 'main'), commit);
}
