import { randomInt } from 'node:crypto';
import * as path from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifyDirectory } from '../../src/gather/in-toto-directory.ts';
import { stringify } from '../../src/intoto/json.ts';
import { certificateOf } from '../support/chain.ts';
import { makeChainPeople } from '../support/chain-people.ts';
import { anyChain, type ChainPlan } from '../support/chain-plan.ts';
import { type WrittenChain, writeChain } from '../support/chain-writer.ts';
import { divergences, exampleOf } from '../support/divergences.ts';
import { askPython } from '../support/python.ts';
import { makeScratch } from '../support/scratch.ts';

/*
 * Random chains, judged by us and by Debian's in-toto: 300 a run, from a seed that is printed. `CHAIN_SEED=…` plays a run
 * again, `CHAIN_COUNT=…` makes it longer. Where the two differ, a documented divergence has to explain it.
 */
const seed = Number(process.env.CHAIN_SEED ?? randomInt(2 ** 31));
const count = Number(process.env.CHAIN_COUNT ?? 300);

type Outcome = 'accepted' | 'refused';

interface Judged {
  readonly plan: ChainPlan;
  readonly ours: Outcome;
  readonly theirs: Outcome;
  /** For the message: our findings, their exception. */
  readonly why: string;
}

const people = makeChainPeople();
const owner = certificateOf(people.olivia, 'Olivia');

async function ourVerdict({ directory, product, parameters }: WrittenChain): Promise<[Outcome, string]> {
  const { verdict, findings } = await verifyDirectory({
    directory,
    owners: [owner],
    product,
    parameters: parameters && new Map(Object.entries(parameters)),
    now: Date.now() / 1000,
    inspections: { timeoutMs: 60_000 },
  });
  return [
    verdict === 'verified' ? 'accepted' : 'refused',
    findings.map(({ code, detail }) => `${code}: ${detail}`).join('; '),
  ];
}

const PEER = `
import os, logging
from in_toto.models.metadata import Metablock
from in_toto.verifylib import in_toto_verify
logging.disable(logging.CRITICAL)
`;

/** All of them in one process: one start of in-toto costs as much as forty verifications. */
function theirVerdicts(chains: readonly WrittenChain[]): readonly (string | { error: string })[] {
  const key = JSON.parse(stringify(people.olivia.key.json, 0)) as unknown;
  const body = `os.chdir(value["product"])
layout = Metablock.load(value["directory"] + "/root.layout")
in_toto_verify(layout, {value["key"]["keyid"]: value["key"]}, value["directory"], value.get("parameters"), persist_inspection_links=False)
answer = "accepted"`;
  return askPython(
    PEER,
    body,
    chains.map((chain) => ({ ...chain, key })),
  );
}

async function judgeAll(plans: readonly ChainPlan[], root: string): Promise<readonly Judged[]> {
  const chains = plans.map((plan, at) => writeChain(plan, people, path.join(root, `${at}`)));
  const ours: [Outcome, string][] = [];
  for (const chain of chains) ours.push(await ourVerdict(chain));
  const theirs = theirVerdicts(chains);
  return plans.map((plan, at) => {
    const [our, findings] = ours[at] ?? ['refused', ''];
    const their = theirs[at];
    const error = typeof their === 'object' ? their.error : '';
    return {
      plan,
      ours: our,
      theirs: their === 'accepted' ? 'accepted' : 'refused',
      why: `${findings} | ${error}`,
    };
  });
}

test(`${count} random chains get the peer’s verdict, or a documented one (seed ${seed})`, async () => {
  const scratch = makeScratch();
  try {
    const plans = fc.sample(anyChain, { numRuns: count, seed });
    const judged = await judgeAll(plans, scratch.path);
    const unexplained = judged.filter(({ plan, ours, theirs }) => {
      const we = ours === 'accepted' ? 'accept' : 'refuse';
      return ours !== theirs && !divergences.some((each) => each.we === we && each.applies(plan, people));
    });
    const [first] = unexplained;
    assert.is(
      unexplained.length,
      0,
      `seed ${seed}, chain ${first && judged.indexOf(first)}: ours ${first?.ours}, theirs ${first?.theirs}: ${first?.why}\n${JSON.stringify(first?.plan, null, 1)}`,
    );
    const both = (outcome: Outcome) =>
      judged.filter(({ ours, theirs }) => ours === outcome && theirs === outcome).length;
    console.log(
      `seed ${seed}: ${both('accepted')} accepted by both, ${both('refused')} refused by both, ${judged.filter(({ ours, theirs }) => ours !== theirs).length} judged differently on purpose`,
    );
    // A comparison in which everything fails, or nothing does, would compare nothing.
    assert.ok(both('accepted') > count / 10 && both('refused') > count / 10);
  } finally {
    scratch.cleanup();
  }
});

test('every documented divergence is one: we refuse and the peer accepts, or the other way round', async () => {
  const scratch = makeScratch();
  try {
    const judged = await judgeAll(divergences.map(exampleOf), scratch.path);
    for (const [at, { title, we }] of divergences.entries()) {
      const { ours, theirs, why } = judged[at] as Judged;
      assert.is(ours, we === 'accept' ? 'accepted' : 'refused', `${title}: ${why}`);
      assert.is.not(theirs, ours, `${title}: ${why}`);
    }
  } finally {
    scratch.cleanup();
  }
});

test('the examples differ by what their title says alone: without it, both accept', async () => {
  const scratch = makeScratch();
  try {
    const sound = [exampleOf({ example: {} }), exampleOf({ example: {}, inspected: true })];
    const judged = await judgeAll(sound, scratch.path);
    assert.equal(
      judged.map(({ ours, theirs }) => [ours, theirs]),
      sound.map(() => ['accepted', 'accepted']),
    );
  } finally {
    scratch.cleanup();
  }
});

test.run();
