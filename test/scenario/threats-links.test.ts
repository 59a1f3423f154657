import * as assert from 'uvu/assert';
import type { EnvelopeText, LinkText } from '../support/forger.ts';
import { digestAt, linkFor, open, plant, sign, writeNote } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 1 to 8: a file without a link, and links that are not what they pretend to be. Mallory can push past
// every hook of hers, there is no hook at the server, and Carl, who pulls, is who must not be fooled.

const story = stories('threats: links');
const DATA = 'data/words.txt';

story('an untouched chain is verified in any clone', async ({ team: { carl } }) => {
  assertVerdict(await carl.verify(), 'verified');
});

story(
  '1: data edited by somebody without a key stops at their own hook',
  async ({ team: { mallory, carl } }) => {
    const poison = await poisoned(mallory);
    const { code, stderr } = await mallory.tries(['push']);
    assert.is(code, 1);
    assert.match(stderr, `${DATA}, changed in ${poison.slice(0, 7)} by Mallory`);
    assert.match(stderr, '[uncovered]');
    await carl.pull();
    assertVerdict(await carl.verify(), 'verified');
  },
);

story(
  '1: the same edit pushed past the hook is uncovered in every clone',
  async ({ team: { mallory, carl } }) => {
    await poisoned(mallory);
    await mallory.pushPastHooks();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
    assertVerdict(await carl.verify(), 'violated', [
      `violation uncovered ${DATA}`,
      'violation diverged',
      `violation stale ${DATA}`,
    ]);
  },
);

story('1: the same edit by who prepares the data is explained', async ({ team: { alice, carl } }) => {
  await newData(alice);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('2: a commit amended past the hook loses the link it had', async ({ team: { alice, carl } }) => {
  await poisoned(alice, 'before');
  await poisoned(alice, 'after', ['--amend']);
  await deliver(alice);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('2: signed for the amended commit, the old digest does not fit its tree', async ({ team }) => {
  const { alice, carl } = team;
  const before = await poisoned(alice, 'before');
  const digest = (await digestAt(alice, before, DATA)) ?? '';
  const amended = await poisoned(alice, 'after', ['--amend']);
  const link = await linkFor(alice, 'prepare', amended, { products: [DATA] });
  await plant(
    alice,
    alice,
    amended,
    await sign(alice, { ...link, products: { [DATA]: { sha256: digest } } }),
  );
  await deliver(alice);
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, `warning artifact-mismatch ${DATA}`];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('2: amended with the hook, it has a new link', async ({ team: { alice, carl } }) => {
  alice.write(DATA, 'before\n');
  await alice.commit('data');
  alice.write(DATA, 'after\n');
  await alice.commit('data', '--amend');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('3: a link by a key that the layout does not name explains nothing', async ({ team }) => {
  await signedBy(team.mallory, team.mallory, 'prepare');
  await team.carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning unauthorised'];
  assertVerdict(await team.carl.verify('--history'), 'violated', findings);
});

story('4: nor does a link by a functionary of another step', async ({ team }) => {
  await signedBy(team.bob, team.bob, 'prepare');
  await team.carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning unauthorised'];
  assertVerdict(await team.carl.verify('--history'), 'violated', findings);
});

story('3, 4: the same link by the functionary of the step explains it', async ({ team }) => {
  await signedBy(team.alice, team.alice, 'prepare');
  await team.carl.pull();
  assertVerdict(await team.carl.verify('--history'), 'verified');
});

type Alter = (envelope: EnvelopeText<LinkText>) => void;

const otherCommand: Alter = ({ signed }) => {
  signed.command = ['true'];
};
const otherAuthor: Alter = ({ signed }) => {
  signed.environment.mlchain.author = 'Mallory <mallory@example.org>';
};
const otherHeaders: Alter = ({ signatures }) => {
  for (const each of signatures) each.other_headers = flipped(each.other_headers);
};
const otherSignature: Alter = ({ signatures }) => {
  for (const each of signatures) each.signature = flipped(each.signature);
};

const alterations = new Map([
  ['content', otherCommand],
  ['binding', otherAuthor],
  ['other_headers', otherHeaders],
  ['signature', otherSignature],
]);

for (const [what, alter] of alterations) {
  story(`5: a link whose ${what} the host altered has a bad signature`, async ({ team }) => {
    const { alice, host, carl } = team;
    const commit = await newData(alice);
    await alice.push();
    const [line = ''] = await host.lines(commit, alice);
    await writeNote(host, alice, commit, [altered(line, alter)]);
    await carl.pull();
    const findings = [`violation uncovered ${DATA}`, 'warning bad-signature'];
    assertVerdict(await carl.verify('--history'), 'violated', findings);
  });
}

story('5: an altered copy beside the link that was signed is a warning', async ({ team }) => {
  const { alice, host, carl } = team;
  const commit = await newData(alice);
  await alice.push();
  const [line = ''] = await host.lines(commit, alice);
  await plant(host, alice, commit, altered(line, otherCommand));
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified', ['warning bad-signature']);
});

story('6: a good link moved to the note of another commit is for the wrong commit', async ({ team }) => {
  const { alice, mallory, carl } = team;
  const [line = ''] = await alice.lines(await alice.git('rev-parse', 'HEAD^'));
  const poison = await poisoned(mallory);
  await plant(mallory, alice, poison, line);
  await mallory.pushPastHooks('HEAD', alice.notes);
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning wrong-commit'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('7: a good link under the name of another step is no longer what was signed', async ({ team }) => {
  const { alice, bob, mallory, carl } = team;
  const trained = await bob.head();
  const [line = ''] = await bob.lines(trained);
  const renamed = altered(line, ({ signed }) => {
    signed.name = 'prepare';
  });
  const poison = await poisoned(mallory);
  await plant(mallory, alice, poison, renamed);
  await mallory.pushPastHooks('HEAD', alice.notes);
  await carl.pull();
  // Bob is nobody's preparer: that is said first.
  const findings = [`violation uncovered ${DATA}`, 'warning unauthorised'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('7: signed for a step that the layout does not have, it is for the wrong step', async ({ team }) => {
  await signedBy(team.alice, team.alice, 'preparation');
  await team.carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning wrong-step'];
  assertVerdict(await team.carl.verify('--history'), 'violated', findings);
});

story('8: a good link in the notes of somebody else does not count there', async ({ team }) => {
  const { alice, mallory, carl } = team;
  const commit = await newData(alice);
  await alice.pushPastHooks();
  const [line = ''] = await alice.lines(commit);
  await mallory.pull();
  await plant(mallory, mallory, commit, line);
  await mallory.pushPastHooks(mallory.notes);
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning foreign-ref'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);

  await alice.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified', ['warning foreign-ref']);
});

/** A change of the data that no hook saw. */
async function poisoned(by: Member, content = 'poison', options: readonly string[] = []): Promise<string> {
  by.write(DATA, `${content}\n`);
  return await by.commitWithoutHooks(`${content} data`, ...options);
}

/** The same with the hook in place. */
async function newData(by: Member): Promise<string> {
  by.write(DATA, 'apple\nquince\n');
  return await by.commit('new data');
}

/** Somebody changes the data without a hook and signs for it by hand, as that step. */
async function signedBy(by: Member, signer: Member, step: string): Promise<void> {
  const commit = await poisoned(by);
  const link: LinkText = await linkFor(by, step, commit, {
    materials: ['raw/words.txt', 'scripts/prepare.sh'],
    products: [DATA],
  });
  await plant(by, signer, commit, await sign(signer, link));
  await deliver(by);
}

/** The branch past the hook, and then the evidence. */
async function deliver(by: Member): Promise<void> {
  await by.pushPastHooks('+HEAD');
  await by.git('mlchain', 'sync');
}

function altered(line: string, alter: Alter): string {
  const envelope = open(line);
  alter(envelope);
  return JSON.stringify(envelope);
}

/** Hex with one bit of its last octet but one turned over. */
function flipped(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
  return bytes.toString('hex');
}

story.run();
