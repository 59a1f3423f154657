import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 9 and 10: the host of the repository takes back evidence that this clone has seen.

const story = stories('threats: evidence taken back');
const DATA = 'data/words.txt';

story(
  '9: a remote whose notes were forced back is refused by plain git and seen by sync',
  async ({ team }) => {
    const { alice, carl, host } = team;
    assertVerdict(await carl.verify(), 'verified');
    await forceBack(host, alice);
    const fetched = await carl.tries(['fetch']);
    assert.is.not(fetched.code, 0);
    assert.match(fetched.stderr, 'non-fast-forward');
    const { stderr } = await carl.tries(['mlchain', 'sync']);
    assert.match(stderr, 'evidence-rewound');
    assertVerdict(await carl.verify(), 'verified');
    assert.is(await host.git('notes', '--ref', alice.notes, 'list'), await notesSeen(carl, alice));
  },
);

story(
  '10: a notes ref deleted at the remote and pruned here leaves its changes uncovered, and is seen',
  async ({ team }) => {
    const { alice, carl, host } = team;
    assertVerdict(await carl.verify(), 'verified');
    await host.git('update-ref', '-d', alice.notes);
    await carl.git('fetch', '--prune');
    const judged = await carl.verify('--history');
    assert.is(judged.verdict, 'violated');
    const codes = judged.findings.map(({ severity, code }) => `${severity} ${code}`);
    assert.ok(codes.includes('violation evidence-rewound'), judged.stdout);
    assert.ok(
      judged.findings.some(({ code, path }) => code === 'uncovered' && path === DATA),
      judged.stdout,
    );
    await carl.git('mlchain', 'sync');
    assertVerdict(await carl.verify(), 'verified');
    assert.is(await host.git('notes', '--ref', alice.notes, 'list'), await notesSeen(carl, alice));
  },
);

story('a remote that only grew has nothing rewound', async ({ team: { alice, carl } }) => {
  assertVerdict(await carl.verify('--history'), 'verified');
  alice.write('data/more.txt', 'kiwi\n');
  await alice.commit('more data');
  await alice.push();
  await carl.git('pull', '-q', '--prune');
  assertVerdict(await carl.verify('--history'), 'verified');
});

/** The notes ref as it was before its last line came. */
async function forceBack(host: Member, signer: Member): Promise<void> {
  const tree = await host.git('hash-object', '-t', 'tree', '-w', '/dev/null');
  const emptied = await host.git('commit-tree', '-m', 'rewound', tree);
  await host.git('update-ref', signer.notes, emptied);
}

async function notesSeen(reader: Member, signer: Member): Promise<string> {
  return await reader.git(
    'notes',
    '--ref',
    `refs/notes/remotes/origin/mlchain/${signer.fingerprint}`,
    'list',
  );
}

story.run();
