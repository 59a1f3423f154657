import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deliver, type WantedLines } from '../../src/ledger/delivery.ts';
import { deliveryAddress } from '../../src/ledger/delivery-address.ts';
import { deliverOntoRemembered, rememberedTips } from '../../src/ledger/delivery-remembered.ts';
import { localRef, seenRef, trackingRef } from '../../src/ledger/refs.ts';
import { linkLine } from '../support/evidence.ts';
import type { SharedServer } from '../support/shared-server.ts';
import { makeServer } from '../support/shared-server.ts';
import type { Signatory } from '../support/world.ts';
import { makeSignatory } from '../support/world.ts';

const COMMIT = 'c'.repeat(40);
let alice: Signatory;
let bob: Signatory;
test.before(async () => {
  alice = await makeSignatory('Alice');
  bob = await makeSignatory('Bob');
});

function wanted(signer: Signatory, ...lines: readonly string[]): WantedLines {
  return new Map([[signer.fingerprint, new Map([[COMMIT, lines]])]]);
}

/** The remote has a line of each, and this clone knows it. */
async function both(): Promise<{ server: SharedServer; first: string; ofBob: string }> {
  const server = await makeServer();
  const [first, ofBob] = [linkLine(alice, COMMIT, 'prepare'), linkLine(bob, COMMIT)];
  await deliver(server.clone.repo, 'origin', new Map([...wanted(alice, first), ...wanted(bob, ofBob)]));
  return { server, first, ofBob };
}

async function onto({ clone }: SharedServer, lines: WantedLines) {
  const repo = await clone.reopen();
  const address = await deliveryAddress(repo, 'origin', undefined);
  return await deliverOntoRemembered(repo, address, lines, await rememberedTips(repo, 'origin'));
}

test('where the remote is as it was, one push says so and brings what is new, and nobody else`s ref moves', async () => {
  const { server, first } = await both();
  const [before, ofBob] = (
    await server.git('rev-parse', localRef(alice.fingerprint), localRef(bob.fingerprint))
  ).split('\n');
  const second = linkLine(alice, COMMIT, 'train');
  const result = await onto(server, wanted(alice, second));
  assert.equal(result, { isWhole: true, delivered: new Map([[alice.fingerprint, 1]]) });
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [first, second].sort());
  assert.is(await server.git('rev-parse', `${localRef(alice.fingerprint)}^`), before);
  assert.is(await server.git('rev-parse', localRef(bob.fingerprint)), ofBob);
  const notes = await server.git('rev-parse', `${localRef(alice.fingerprint)}^{tree}`);
  for (const ref of [trackingRef('origin', alice.fingerprint), seenRef('origin', alice.fingerprint)]) {
    assert.is(await server.clone.git('rev-parse', `${ref}^{tree}`), notes);
  }
  await server.cleanup();
});

test('of a signer of whom the remote had nothing the first notes arrive, and never over others', async () => {
  const server = await makeServer();
  const [mine, theirs] = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, COMMIT, 'train')];
  const result = await onto(server, wanted(alice, mine));
  assert.is(result?.isWhole, true);
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [mine]);

  const other = await makeServer();
  const laptop = await other.another('laptop');
  await deliver(laptop.repo, 'origin', wanted(alice, theirs));
  assert.equal(await onto(other, wanted(alice, mine)), { isWhole: false, delivered: new Map() });
  assert.equal(await other.lines(alice.fingerprint, COMMIT), [theirs]);
  await Promise.all([server.cleanup(), other.cleanup()]);
});

test('where the remote has more, less or nothing of a signer any more, that is said, and nothing is put back unasked', async () => {
  for (const change of ['more', 'less', 'nothing'] as const) {
    const { server, ofBob } = await both();
    const ref = localRef(bob.fingerprint);
    const more = linkLine(bob, COMMIT, 'another');
    const laptop = await server.another('laptop');
    const old = await server.git('rev-parse', ref);
    if (change !== 'nothing') await deliver(laptop.repo, 'origin', wanted(bob, more));
    if (change === 'less') {
      await onto(server, wanted(alice, linkLine(alice, COMMIT, 'other')));
      await server.clone.git('fetch', '-q', 'origin', `${ref}:${trackingRef('origin', bob.fingerprint)}`);
      await server.git('update-ref', ref, old);
    }
    if (change === 'nothing') await server.git('update-ref', '-d', ref);
    const line = linkLine(alice, COMMIT, 'train');
    const result = await onto(server, wanted(alice, line));
    assert.is(result?.isWhole, false, change);
    assert.equal(result?.delivered, new Map([[alice.fingerprint, 1]]), 'what was as expected was moved');
    const left = { more: [ofBob, more].sort(), less: [ofBob], nothing: [] }[change];
    assert.equal(await server.lines(bob.fingerprint, COMMIT), left);
    await server.cleanup();
  }
});

test('where nothing is lacking no push can tell, and a remote that is away has not got it', async () => {
  const { server, first } = await both();
  assert.is(await onto(server, wanted(alice, first)), undefined);
  fs.renameSync(server.url, `${server.url}.away`);
  const result = await onto(server, wanted(alice, linkLine(alice, COMMIT, 'train')));
  assert.equal(result, { isWhole: false, delivered: new Map() });
  fs.renameSync(`${server.url}.away`, server.url);
  await server.cleanup();
});

test.run();
