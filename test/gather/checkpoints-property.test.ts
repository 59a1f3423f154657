import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Assessment,
  type AssessRequest,
  assess,
  assessHistory,
  assessNewest,
} from '../../src/gather/assess.ts';
import { IsomorphicRepository } from '../../src/git/isomorphic-repository.ts';
import { localRef, trackingRef } from '../../src/ledger/refs.ts';
import { linkText } from '../../src/report/link-text.ts';
import { styleFor } from '../../src/report/style.ts';
import type { HistoryJudgment } from '../../src/verify/history.ts';
import { logEntry } from '../../src/verify/log-entry.ts';
import { revocationLine } from '../support/evidence.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { Saga, type SagaCommit } from '../support/saga.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeSignatory, type Signatory, START } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, carl, mallory } = people;
const HOUR = 3600;
/** Bob's key ends some commits into every story. */
const bob = await makeSignatory('bob', START + 30 * HOUR);
const everybody = [olivia, alice, bob, carl, mallory];

const STEPS = {
  prepare: { files: ['data/a', 'data/b'], from: [], by: alice },
  train: { files: ['model/m'], from: ['data/a', 'data/b'], by: bob },
  test: { files: ['metrics/j'], from: ['model/m'], by: carl },
} as const;
type StepName = keyof typeof STEPS;

const anyAct = fc.record({
  kind: fc.oneof(
    { weight: 14, arbitrary: fc.constant('work' as const) },
    { weight: 6, arbitrary: fc.constantFrom('plain', 'merge', 'fork', 'sign', 'publish') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'unsigned',
        'junk',
        'junk elsewhere',
        'junk ref',
        'elsewhere',
        'endorse',
        'import',
        'forged',
        'back',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('revoke', 'drop', 'rewind', 'forget', 'layout', 'certificate', 'trust'),
    },
    { weight: 1, arbitrary: fc.constantFrom('flip', 'cut', 'swap', 'other user', 'time', 'time back') },
  ),
  step: fc.constantFrom<StepName>('prepare', 'train', 'test'),
  content: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  back: fc.constantFrom(0, 0, 0, 1, 2),
  extra: fc.boolean(),
  history: fc.constantFrom(true, true, false),
  askedBack: fc.constantFrom(0, 0, 0, 0, 1, 3),
});
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

/** One story, its clock, its trust and its user. */
class Play {
  readonly saga: Saga;
  threshold = 1;
  strict = false;
  user = 'one';
  ahead = 0;

  constructor(saga: Saga) {
    this.saga = saga;
  }

  get trust() {
    return {
      owners: [olivia.fingerprint],
      threshold: this.threshold,
      id: undefined,
      strict: this.strict,
    };
  }

  get clock(): number {
    return this.saga.now + this.ahead + HOUR;
  }

  async begin(): Promise<void> {
    const { saga } = this;
    await saga.git(['init', '-q', '--bare', saga.directory]);
    const files = saga.layoutFiles(this.layout(), olivia, everybody);
    await saga.commit([], { ...files, 'README.md': '' });
  }

  layout(allowed: readonly Signatory[] = [bob]) {
    const text = pipeline({ ...people, bob });
    const { prepare, train, test: last } = text.steps;
    return {
      ...text,
      steps: {
        prepare: { ...prepare },
        train: { ...train, pubkeys: allowed.map(({ keyid }) => keyid) },
        test: { ...last },
      },
    };
  }

  async act(act: Act, number: number): Promise<void> {
    const { saga } = this;
    const head = saga.at(0);
    const place = saga.at(act.back);
    switch (act.kind) {
      case 'work':
        await this.sign(act, await this.change(act, head));
        break;
      case 'fork':
        await this.sign(act, await this.change(act, place));
        break;
      case 'unsigned':
        await this.change(act, head);
        break;
      case 'plain':
        await saga.commit([head], { 'README.md': `${number}` });
        break;
      case 'merge':
        await this.merge(head, saga.at(act.back + 1));
        break;
      case 'sign':
        await this.sign(act, place);
        break;
      case 'import':
        await this.sign(act, place, { unbound: true });
        break;
      case 'forged':
        await saga.note(
          STEPS[act.step].by,
          place.id,
          saga.linkLine(act.step, place, mallory, this.names(act, place)),
        );
        break;
      case 'elsewhere': {
        const gone = `${number}`.padStart(40, 'e');
        const line = saga.linkLine(act.step, head, STEPS[act.step].by, {
          ...this.names(act, head),
          binding: { commit: gone },
        });
        await saga.note(STEPS[act.step].by, gone, line);
        break;
      }
      case 'endorse':
        await saga.note(
          olivia,
          place.id,
          saga.endorsementLine(place, ['data/a', 'model/m', 'metrics/j'], olivia),
        );
        break;
      case 'revoke':
        await saga.note(olivia, place.id, revocationLine(olivia, place.id));
        break;
      case 'junk':
        await saga.note(mallory, place.id, `junk ${act.content}`);
        break;
      case 'junk elsewhere':
        await saga.note(mallory, `${number}`.padStart(40, 'd'), `junk ${act.content}`);
        break;
      case 'junk ref':
        await saga.in('update-ref', localRef('nobody'), head.id);
        break;
      case 'back':
        await this.sign(
          act,
          await saga.commit([head], {
            [STEPS[act.step].files[0]]: saga.at(2).files.get(STEPS[act.step].files[0]),
          }),
        );
        break;
      case 'layout':
        await this.change(
          { ...act, step: 'test' },
          head,
          saga.layoutFiles(
            this.layout(act.extra ? [bob, carl] : [carl]),
            act.content === '6' ? mallory : olivia,
            everybody,
          ),
        );
        break;
      case 'certificate': {
        const other = await makeSignatory('dan');
        await saga.commit([head], {
          [`.mlchain/keys/${act.extra ? 'junk' : other.fingerprint}.asc`]: act.extra
            ? 'junk'
            : other.certificate.armored,
        });
        break;
      }
      case 'trust':
        if (act.extra) this.strict = !this.strict;
        else this.threshold = 3 - this.threshold;
        break;
      case 'time':
        this.ahead += act.extra ? 40 * HOUR : HOUR;
        break;
      case 'time back':
        this.ahead = act.extra ? 0 : -40 * HOUR;
        break;
      case 'other user':
        this.user = this.user === 'one' ? 'two' : 'one';
        break;
      case 'publish':
      case 'drop':
      case 'rewind':
      case 'forget':
        await this.moveEvidence(act.kind, STEPS[act.step].by, place);
        break;
      case 'flip':
      case 'cut':
      case 'swap':
        this.spoil(act.kind, number);
    }
  }

  async change(
    { step, content, extra }: Act,
    parent: SagaCommit,
    more: Record<string, string> = {},
  ): Promise<SagaCommit> {
    const { files } = STEPS[step];
    return await this.saga.commit([parent], { [(extra && files[1]) || files[0]]: content, ...more });
  }

  names({ step }: Act, _place: SagaCommit) {
    return { materials: STEPS[step].from, products: STEPS[step].files };
  }

  async sign(act: Act, commit: SagaCommit, more = {}): Promise<void> {
    const { by } = STEPS[act.step];
    await this.saga.note(
      by,
      commit.id,
      this.saga.linkLine(act.step, commit, by, { ...this.names(act, commit), ...more }),
    );
  }

  /** What only the other side has comes along; of what both have the first side's stays, also where it must not. */
  async merge(one: SagaCommit, other: SagaCommit): Promise<void> {
    if (one.id === other.id) return;
    const theirs = [...other.files].filter(([name]) => !one.files.has(name));
    await this.saga.commit([one, other], Object.fromEntries(theirs));
  }

  async moveEvidence(
    kind: 'publish' | 'drop' | 'rewind' | 'forget',
    by: Signatory,
    place: SagaCommit,
  ): Promise<void> {
    const { saga } = this;
    const ref = localRef(by.fingerprint);
    const tip = await saga.git(['--git-dir', saga.directory, 'for-each-ref', '--format=%(objectname)', ref]);
    if (tip === '') return;
    if (kind === 'publish') await saga.in('update-ref', trackingRef('origin', by.fingerprint), tip);
    if (kind === 'forget') await saga.in('update-ref', '-d', ref);
    if (kind === 'rewind') {
      const [, before] = (await saga.in('rev-list', '--max-count=2', tip)).split('\n');
      if (before !== undefined) await saga.in('update-ref', ref, before);
    }
    if (kind === 'drop') await saga.in('notes', '--ref', ref, 'remove', '--ignore-missing', place.id);
  }

  /** What somebody does who can write the git directory and not read this user's secret. */
  spoil(kind: 'flip' | 'cut' | 'swap', number: number): void {
    const dir = path.join(this.saga.directory, 'mlchain', 'verified');
    const names = fs.existsSync(dir) ? fs.readdirSync(dir).sort() : [];
    const files = names.map((name) => path.join(dir, name));
    const [first, second] = files;
    if (first === undefined) return;
    const data = fs.readFileSync(first);
    if (kind === 'flip') {
      for (const file of files) {
        const bytes = fs.readFileSync(file);
        const at = (number * 7919) % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        fs.writeFileSync(file, bytes);
      }
    } else if (kind === 'cut') fs.writeFileSync(first, data.subarray(0, data.length >> 1));
    else if (second !== undefined) {
      fs.writeFileSync(first, fs.readFileSync(second));
      fs.writeFileSync(second, data);
    }
  }

  async ask(act: Act, cache: 'histories' | 'none'): Promise<Assessment> {
    const { saga } = this;
    const env = { XDG_DATA_HOME: path.join(saga.root, this.user) };
    const slices = cache === 'none' ? 'at once' : this.slices(act);
    return await saga.with((repo) => assess(repo, { ...this.question(act), cache, slices }), env);
  }

  /** Believing nothing of earlier runs, and judged a few commits at a time wherever that can be. */
  async askInSlices(act: Act): Promise<Assessment> {
    const slices = this.slices(act);
    return await this.saga.with((repo) => assess(repo, { ...this.question(act), cache: 'none', slices }));
  }

  slices({ extra }: Act) {
    return { from: 2, size: extra ? 1 : 2 };
  }

  async askWithoutGit(act: Act): Promise<Assessment> {
    return await assess(await IsomorphicRepository.open(this.saga.directory, {}), this.question(act));
  }

  question({ history, askedBack }: Act): AssessRequest {
    const { saga } = this;
    return {
      revision: saga.at(askedBack).id,
      trust: this.trust,
      questions: history ? ['history'] : ['history', 'release'],
      inspections: undefined,
      now: this.clock,
    };
  }
}

/** Whatever `log` shows of a commit, and `show` of one, is the same with all the rest judged. */
async function expectSameLog(play: Play): Promise<void> {
  const { saga } = play;
  const request = { tips: [saga.at(0).id], trust: play.trust, now: play.clock };
  const env = { XDG_DATA_HOME: path.join(saga.root, play.user) };
  await saga.with(async (repo) => {
    const shown = await assessHistory(repo, { ...request, cache: 'older' });
    const { log } = await assessNewest(repo, request);
    const whole = await assessHistory(repo, { ...request, cache: 'none' });
    const tip = saga.at(0).id;
    assert.equal(inFull(shown, tip), inFull(whole, tip));
    for (const entry of log) {
      const judgment = whole.commits.get(entry.commit);
      assert.equal(JSON.stringify(entry), judgment && JSON.stringify(logEntry(judgment, whole)));
    }
  }, env);
}

function inFull(history: HistoryJudgment, commit: string) {
  const judgment = history.commits.get(commit);
  assert.ok(judgment, 'the commit itself was judged');
  const entry = JSON.stringify(logEntry(judgment, history));
  return [entry, ...judgment.links.map((link) => linkText(link, styleFor(false)))];
}

/** All that is told, whatever the order; not how much of it was known from before. */
function told({ verdict, steps, findings, checked }: Assessment) {
  const { cached: _, ...counts } = checked;
  return { verdict, steps, checked: counts, findings: findings.map((each) => JSON.stringify(each)).sort() };
}

test('whatever happened in between, neither what is remembered, nor slices, nor the want of git changes an answer', async () => {
  let asked = 0;
  let used = 0;
  let cut = 0;
  const property = fc.asyncProperty(fc.array(anyAct, { minLength: 5, maxLength: 10 }), async (acts) => {
    const scratch = makeScratch();
    try {
      const play = new Play(new Saga(scratch.path));
      await play.begin();
      for (const [number, act] of acts.entries()) {
        await play.act(act, number);
        const quick = await play.ask(act, 'histories');
        const slow = await play.ask(act, 'none');
        const story = JSON.stringify(acts.slice(0, number + 1));
        assert.equal(told(quick), told(slow), story);
        assert.equal(told(await play.askWithoutGit(act)), told(slow), story);
        const sliced = await play.askInSlices(act);
        assert.equal(told(sliced), told(slow), story);
        assert.is(sliced.checked.cached, 0);
        if ((sliced.history?.commits.size ?? 0) < sliced.checked.commits) cut += 1;
        asked += 1;
        if (quick.checked.cached > 0) used += 1;
        if (act.content === '1') await expectSameLog(play);
      }
    } finally {
      scratch.cleanup();
    }
  });
  await fc.assert(property, { numRuns: Number(process.env.RUNS ?? 14), includeErrorInReport: true });
  assert.ok(
    used * 8 > asked,
    `${used} of ${asked} answers rest on something remembered: that says next to nothing`,
  );
  assert.ok(
    cut * 8 > asked,
    `${cut} of ${asked} answers were found slice by slice: that says next to nothing`,
  );
});

test.run();
