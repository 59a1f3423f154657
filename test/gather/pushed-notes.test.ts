import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { weighPushedNotes } from '../../src/gather/pushed-notes.ts';
import type { WantedLines } from '../../src/ledger/delivery.ts';
import { localRef } from '../../src/ledger/refs.ts';
import type { SharedServer } from '../support/shared-server.ts';
import { makeServer, record } from '../support/shared-server.ts';

const SIGNER = 'A'.repeat(40);
const OTHER = 'B'.repeat(40);
const COMMIT = 'c'.repeat(40);
const ref = localRef(SIGNER);

const due = (...lines: string[]): WantedLines => new Map([[SIGNER, new Map([[COMMIT, lines]])]]);

interface Asked {
  readonly before?: string;
  readonly after?: string;
  readonly also?: string;
}

/** What is said of a push of the signer's ref, and of `also`, to the server. */
async function weigh({ clone, url }: SharedServer, { before, after, also }: Asked, wanted: WantedLines) {
  const more = also === undefined ? [] : [{ ref: also, before: undefined, after: COMMIT }];
  const pushed = [{ ref, before, after }, ...more];
  const { objections, due: rest } = await weighPushedNotes(
    clone.repo,
    { remote: 'origin', url, pushed },
    wanted,
  );
  return { objections: objections.map(({ ref: name, kind }) => `${name} ${kind}`), rest: [...rest.keys()] };
}

test('notes that bring all that is due are left to the push', async () => {
  const server = await makeServer();
  const before = await record(server.clone, ref, COMMIT, 'one');
  const after = await record(server.clone, ref, COMMIT, 'two');
  assert.equal(await weigh(server, { after }, due('one', 'two')), { objections: [], rest: [] });
  assert.equal(await weigh(server, { before, after }, due('two')), { objections: [], rest: [] });
  await server.cleanup();
});

test('notes that lack what is due, or take away what is there, are objected to', async () => {
  const server = await makeServer();
  const before = await record(server.clone, ref, COMMIT, 'one');
  const after = await record(server.clone, ref, COMMIT, 'two');
  const said = async (asked: Asked) => (await weigh(server, asked, due('one', 'three'))).objections;
  assert.equal(await said({ before, after }), [`${ref} lacks`]);
  assert.equal(await said({ before: after, after: before }), [`${ref} takes-away`]);
  assert.equal(await said({ before }), [`${ref} takes-away`], 'a deletion');
  assert.equal(
    await said({ before: 'd'.repeat(40), after }),
    [`${ref} takes-away`],
    'what is not known here',
  );
  await server.cleanup();
});

test('a push of branches has nothing to be weighed', async () => {
  const server = await makeServer();
  const { clone, url } = server;
  const pushed = [{ ref: 'refs/heads/main', before: undefined, after: COMMIT }];
  const wanted = due('one');
  const weighed = await weighPushedNotes(clone.repo, { remote: 'origin', url, pushed }, wanted);
  assert.equal(weighed.objections, []);
  assert.equal([...weighed.due.keys()], [SIGNER]);
  await server.cleanup();
});

test('a mirror is known by the refs that nobody else pushes, and asked for what it would delete', async () => {
  const server = await makeServer();
  const { clone } = server;
  const after = await record(clone, ref, COMMIT, 'one');
  await clone.git('push', '-q', 'origin', `${after}:${localRef(OTHER)}`);
  for (const also of ['refs/mlchain/seen/origin/x', 'refs/notes/remotes/origin/mlchain/x']) {
    const { objections } = await weigh(server, { after, also }, due('one'));
    assert.equal(objections, [`${localRef(OTHER)} takes-away`]);
  }
  assert.equal((await weigh(server, { after }, due('one'))).objections, [], 'no mirror');
  await clone.git('config', 'remote.origin.mirror', 'true');
  const asMirror = { ...server, clone: { ...clone, repo: await clone.reopen() } };
  assert.equal((await weigh(asMirror, { after }, due('one'))).objections, [`${localRef(OTHER)} takes-away`]);
  await server.cleanup();
});

test.run();
