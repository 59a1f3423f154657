import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { JsonObject } from '../../src/intoto/json.ts';
import { stringify } from '../../src/intoto/json.ts';
import type { PublicKey } from '../../src/intoto/key.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { linkFor, now, plant, primarySecret, sign, signFile, signWith } from '../support/forger.ts';
import { addGpgSubkey, exportGpg, exportGpgSecret, makeGpgKey } from '../support/gpg.ts';
import { makeLayoutJson } from '../support/layout.ts';
import { assertVerdict, Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, rows 26 to 28 and 47: keys that have ended, were stolen, or were never meant to sign.

const story = stories('threats: keys');
const DATA = 'data/words.txt';
const DAY = 24 * 3600;

story('26: what was signed with a key before it was retired stays good', async ({ team }) => {
  await revoked(team, 'retired');
  assertVerdict(await team.carl.verify(), 'verified');
});

story('26: what is signed with it afterwards does not count', async ({ team }) => {
  const { alice, carl } = team;
  await revoked(team, 'retired');
  await signedData(alice, now() + 5);
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning key-revoked'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story(
  '26: nor what is dated back, where the notes had been fetched before the key was retired',
  async ({ team }) => {
    const { alice, carl } = team;
    await carl.mlchain('verify');
    await nextSecond();
    await revoked(team, 'retired');
    await signedData(alice, now() - 60);
    await carl.pull();
    const findings = [`violation uncovered ${DATA}`, 'warning key-revoked'];
    assertVerdict(await carl.verify('--history'), 'violated', findings);
  },
);

story('26: the same line, fetched while the key was good, counts for good', async ({ team }) => {
  const { alice, olivia, carl } = team;
  await signedData(alice, now() - 60);
  await Promise.all([olivia.pull(), carl.pull()]);
  await nextSecond();
  await revoked(team, 'retired');
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('27: a compromised key has never signed anything that counts', async ({ team }) => {
  await revoked(team, 'compromised');
  assertVerdict(await team.carl.verify('--history'), 'violated', [
    `violation uncovered ${DATA}`,
    'violation uncovered model/weights.txt',
    'warning key-revoked',
    `warning rule-failed ${DATA}`,
  ]);
});

story('27: signed anew by somebody else, the same data is good again', async ({ team }) => {
  const { olivia, bob, carl } = team;
  await revoked(team, 'compromised');
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `prepare=${olivia.fingerprint}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Olivia prepares');
  await olivia.git('mlchain', 'record', '--yes', '--step', 'prepare', 'HEAD');
  await olivia.pushPastHooks();
  await olivia.git('mlchain', 'sync');
  await bob.pull();
  await bob.git('mlchain', 'record', '--yes', '--step', 'train', 'HEAD');
  await bob.git('mlchain', 'sync');
  await carl.pull();
  const { verdict } = await carl.verify();
  assert.is(verdict, 'verified');
});

for (const how of ['replaced by an older one', 'deleted'] as const) {
  story(`47: a certificate with a revocation, ${how}, is remembered`, async ({ team }) => {
    const { mallory, alice, carl } = team;
    const file = `.mlchain/keys/${alice.fingerprint}.asc`;
    await revoked(team, 'compromised');
    await mallory.pull();
    if (how === 'deleted') mallory.remove(file);
    else await mallory.git('checkout', '-q', 'HEAD^', '--', file);
    await mallory.commitWithoutHooks('tidy up');
    await mallory.pushPastHooks();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'violated', [
      `violation uncovered ${DATA}`,
      'violation uncovered model/weights.txt',
      'warning key-revoked',
      `warning rule-failed ${DATA}`,
    ]);
  });
}

story('47: a branch forced back to before a revocation makes no clone forget that', async ({ team }) => {
  const { host, carl } = team;
  // Found good before, and so remembered as that.
  await carl.mlchain('verify');
  await revoked(team, 'compromised');
  await carl.mlchain('verify', '--history').catch(() => undefined);
  await host.git('update-ref', 'refs/heads/main', 'main^');
  await carl.git('fetch', '-q');
  const judged = await carl.verify('--history', 'origin/main');
  assert.is(judged.verdict, 'violated');
  assert.ok(judged.findings.some(({ code }) => code === 'key-revoked'));
  const dave = await team.join('dave');
  assertVerdict(await dave.verify('--history'), 'verified');
});

story('47: a key that was only retired leaves an older branch as good as it was', async ({ team }) => {
  const { carl } = team;
  await revoked(team, 'retired');
  assertVerdict(await carl.verify('--history'), 'verified');
  assertVerdict(await carl.verify('--history', 'HEAD^'), 'verified');
});

story('28: a primary key that may only certify signs no link; its signing subkey does', async ({ team }) => {
  const { olivia, carl } = team;
  const gwen = await team.join('gwen');
  const primary = await makeGpgKey(gwen.person, 'Gwen <gwen@example.org>', { usage: 'cert' });
  const subkey = await addGpgSubkey(gwen.person, primary);
  gwen.write('../gwen.asc', await exportGpg(gwen.person, primary));
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `prepare=${gwen.person.at('gwen.asc')}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Gwen prepares, too');
  await olivia.push();

  await gwen.pull();
  gwen.write(DATA, 'apple\nquince\n');
  const commit = await gwen.commitWithoutHooks('new data');
  const signer = new Member(gwen.person, primary, gwen.clone);
  const secret = primarySecret(await exportGpgSecret(gwen.person, primary));
  await plant(gwen, signer, commit, signWith(secret, await dataLink(gwen, commit)));
  await gwen.pushPastHooks();
  await gwen.git('mlchain', 'sync');
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, 'warning unauthorised'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);

  gwen.write(DATA, 'apple\nkiwi\n');
  await gwen.git('config', 'mlchain.signingKey', subkey);
  await gwen.commit('newer data');
  await gwen.push();
  await carl.pull();
  const healed = [`warning uncovered ${DATA}`, 'warning unauthorised'];
  assertVerdict(await carl.verify('--history'), 'verified', healed);
});

// No command makes keys and layouts of last week: a repository that has been at rest since then, by hand.

story('26: a link from before its key expired counts for good', async ({ team: { olivia } }) => {
  const old = await lastWeek(olivia, -5 * DAY);
  assertVerdict(await old.verify('--history'), 'verified');
});

story('26: a link signed after its key has expired does not', async ({ team: { olivia } }) => {
  const old = await lastWeek(olivia, 0);
  const findings = [`violation uncovered ${DATA}`, 'warning key-expired'];
  assertVerdict(await old.verify('--history'), 'violated', findings);
});

story('26: nor does one dated back to before there was a layout', async ({ team: { olivia } }) => {
  const old = await lastWeek(olivia, -12 * DAY);
  const findings = [`violation uncovered ${DATA}`, 'warning key-expired'];
  assertVerdict(await old.verify('--history'), 'violated', findings);
});

/** A layout of ten days ago, a functionary whose key expired yesterday, and one link, signed at `offset` from now. */
async function lastWeek(by: Member, offset: number): Promise<Member> {
  const [owner, dana] = await Promise.all([oldKey('Owner'), oldKey('Dana', now() - DAY)]);
  const old = by.in(by.person.at('old'));
  await by.person.git(['init', '-q', old.clone]);
  const layout = JSON.parse(stringify(layoutBy(dana.certificate.publicKey), 0));
  const file = await signFile(primarySecret(owner.armoredSecret), layout, now() - 10 * DAY);
  old.write('.mlchain/root.layout', file);
  for (const { certificate } of [owner, dana]) {
    old.write(`.mlchain/keys/${certificate.fingerprint}.asc`, certificate.armored);
  }
  old.write(DATA, 'apple\n');
  const commit = await old.commitWithoutHooks('data');
  const link = await linkFor(old, 'prepare', commit, { products: [DATA] });
  const line = signWith(primarySecret(dana.armoredSecret), link, now() + offset);
  await plant(old, new Member(old.person, dana.certificate.fingerprint, old.clone), commit, line);
  await old.git('mlchain', 'trust', owner.certificate.fingerprint);
  return old;
}

function oldKey(name: string, expires?: number) {
  const email = `${name.toLowerCase()}@example.org`;
  return generateKey({ name, email, type: 'ed25519', created: now() - 20 * DAY, expires });
}

function layoutBy(key: PublicKey): JsonObject {
  const steps = { prepare: { products: ['ALLOW data/*'] } };
  return makeLayoutJson({ keys: [key], steps });
}

/** Alice takes her key back, and Olivia puts the certificate that says so into the repository; Carl has it. */
async function revoked({ alice, olivia, carl }: Team, reason: string): Promise<void> {
  const { stdout } = await alice.person.mlchain([
    'key',
    'revoke',
    '--yes',
    '--reason',
    reason,
    alice.fingerprint,
  ]);
  olivia.write(`.mlchain/keys/${alice.fingerprint}.asc`, stdout);
  await olivia.commit("Alice's key is revoked");
  await olivia.pushPastHooks();
  await carl.pull();
}

/** A signature's time knows only seconds: what is to be before and what after must lie in different ones. */
async function nextSecond(): Promise<void> {
  const begin = now();
  while (now() === begin) await sleep(1000 - (Date.now() % 1000));
}

/** Whoever has Alice's key by now signs new data as of that time. */
async function signedData(alice: Member, at: number): Promise<void> {
  await alice.pull();
  alice.write(DATA, 'apple\nquince\n');
  const commit = await alice.commitWithoutHooks('new data');
  await plant(alice, alice, commit, await sign(alice, await dataLink(alice, commit), at));
  await alice.pushPastHooks();
  await alice.git('mlchain', 'sync');
}

async function dataLink(by: Member, commit: string) {
  const materials = ['raw/words.txt', 'scripts/prepare.sh'];
  return await linkFor(by, 'prepare', commit, { materials, products: [DATA] });
}

story.run();
