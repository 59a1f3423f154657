import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientHooks } from '../../src/hooks/script.ts';
import { isLive } from '../../src/hooks/status.ts';
import type { Ground, Neighbour, Theirs } from '../support/neighbours.ts';
import { neighbours, putTheirs } from '../support/neighbours.ts';
import type { Recorder } from '../support/recorder.ts';
import { install, makeRecorder, statusOf, uninstall } from '../support/recorder.ts';

/*
 * Hooks beside others: every neighbour, in both orders, in a repository that uses git-lfs. In each combination the large
 * file arrives, the foreign hook runs with git's arguments and input, either one's refusal stops the push, and after
 * `hooks uninstall` everything is the neighbour's again.
 */

interface Place {
  recorder: Recorder;
  theirs: Theirs;
  /** Undoes what a neighbour changed outside the repository, however its story ended. */
  tidy: () => Promise<void>;
}

const test = suite<Place>('hooks beside others');
test.before(async (place) => {
  place.recorder = await makeRecorder();
  const { person } = place.recorder;
  place.theirs = putTheirs(person);
  await person.git(['lfs', 'install', '--skip-repo']);
  await person.git(['init', '-q', '--bare', 'server.git']);
});
test.after.each(async (place) => {
  await place.tidy();
  place.recorder.answer(0);
  place.recorder.calls();
  place.theirs.endsWith(0);
  place.theirs.seen();
});
test.after(({ recorder }) => recorder.person.cleanup());

/** A repository of one cell of the matrix, and what happens in it. */
class Cell {
  readonly ground: Ground;
  readonly #place: Place;
  readonly #neighbour: Neighbour;
  readonly #branch: string;
  #pushes = 0;

  constructor(place: Place, neighbour: Neighbour, name: string) {
    this.#place = place;
    this.#neighbour = neighbour;
    this.#branch = name.replaceAll(/\W+/g, '-');
    this.ground = {
      person: place.recorder.person,
      repository: place.recorder.person.at(`in ${this.#branch}`),
    };
  }

  get #url(): string {
    return `file://${this.ground.person.at('server.git')}`;
  }

  async git(...args: string[]): Promise<string> {
    return (await this.ground.person.git(args, { cwd: this.ground.repository })).stdout.trim();
  }

  async begin(): Promise<void> {
    await this.ground.person.git(['init', '-q', this.ground.repository]);
    await this.git('remote', 'add', 'origin', this.#url);
    fs.writeFileSync(
      path.join(this.ground.repository, '.gitattributes'),
      '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    );
  }

  async setUpTheirs(): Promise<'done' | 'refused'> {
    return await this.#neighbour.setUp(this.ground);
  }

  /** `hooks install`, and what it says is to be pasted is pasted. */
  async installOurs(): Promise<void> {
    const { recorder } = this.#place;
    const { advice } = await install(recorder, this.ground.repository);
    for (const { text } of advice) this.#neighbour.paste?.(this.ground, text);
  }

  async uninstallOurs(): Promise<void> {
    await uninstall(this.#place.recorder, this.ground.repository);
  }

  status() {
    return statusOf(this.#place.recorder, this.ground.repository);
  }

  async isLive(): Promise<boolean> {
    return (await this.status()).hooks.every(isLive);
  }

  /** Commits a large file anew; where the server keeps it once it has arrived. */
  async commitLarge(): Promise<string> {
    fs.writeFileSync(path.join(this.ground.repository, 'data.bin'), randomBytes(500));
    await this.git('add', 'data.bin', '.gitattributes');
    await this.ground.person.git(['commit', '-q', '-m', 'data'], {
      cwd: this.ground.repository,
      env: { MLCHAIN_STEP: 'train' },
    });
    const oid = /oid sha256:(\w{64})/.exec(await this.git('show', 'HEAD:data.bin'))?.[1] ?? '';
    return this.ground.person.at('server.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  }

  /** Pushes to a branch that is new there. */
  async push(code: 0 | 1): Promise<void> {
    this.#pushes += 1;
    const branch = `refs/heads/${this.#branch}-${this.#pushes}`;
    await this.ground.person.git(['push', '-q', 'origin', `HEAD:${branch}`], {
      cwd: this.ground.repository,
      code,
    });
    const arrived = await this.git('ls-remote', 'origin', branch);
    assert.is(arrived !== '', code === 0);
  }

  /** What the foreign hook saw is what git told everybody. */
  assertTheirsRan(input: string): void {
    const seen = this.#place.theirs.seen();
    if (!this.#neighbour.runsTheirs) return;
    assert.equal(seen?.args, ['origin', this.#url]);
    const [local = '', , remote = ''] = input.split(' ');
    const expected = this.#neighbour.input === 'bytes' ? input : `${local} ${remote}\n`;
    assert.is(seen?.input, expected);
  }
}

for (const neighbour of neighbours) {
  for (const order of ['theirs first', 'ours first'] as const) {
    test(`${neighbour.name}, ${order}`, async (place) => {
      const { recorder, theirs } = place;
      const cell = new Cell(place, neighbour, `${neighbour.name} ${order}`);
      place.tidy = async () => neighbour.tearDown?.(cell.ground);
      await cell.begin();
      if (order === 'theirs first') await cell.setUpTheirs();
      else await meetOurs(cell);
      if (!(await cell.isLive())) await cell.installOurs();
      assert.ok(await cell.isLive());

      const object = await cell.commitLarge();
      await cell.push(0);
      const calls = recorder.calls();
      assert.equal(
        calls.map(({ hook }) => hook),
        ['post-commit', 'pre-push'],
      );
      assert.ok(fs.existsSync(object), 'the large file is there');
      const { args, input = '' } = calls[1] ?? {};
      assert.equal(args?.[0], 'origin');
      assert.match(input, /^HEAD [0-9a-f]{40} refs\/heads\/\S+ 0{40}\n$/);
      cell.assertTheirsRan(input);

      // pre-commit looks only at what the remote does not have yet.
      await cell.git('commit', '-q', '--allow-empty', '-m', 'more');
      if (neighbour.runsTheirs) {
        theirs.endsWith(3);
        await cell.push(1);
        theirs.endsWith(0);
      }
      recorder.answer(1, 'uncovered');
      await cell.push(1);
      recorder.answer(0);
      recorder.calls();
      theirs.seen();

      await cell.uninstallOurs();
      const later = await cell.commitLarge();
      const { hooks, lfs } = await cell.status();
      assert.ok(
        hooks.every(({ state }) => !['live', 'outdated', 'dead'].includes(state)),
        JSON.stringify(hooks),
      );
      await cell.push(0);
      assert.equal(recorder.calls(), []);
      assert.is(fs.existsSync(later), lfs === 'beside' || neighbour.uploads === true, `status says: ${lfs}`);
      const head = await cell.git('rev-parse', 'HEAD');
      cell.assertTheirsRan(`HEAD ${head} ${await lastBranch(cell, head)} ${'0'.repeat(40)}\n`);
      assert.equal(ghosts(cell), [], 'nothing of ours is left');
    });
  }
}

/** They come into a repository that has ours, and do what they do about it. */
async function meetOurs(cell: Cell): Promise<void> {
  await cell.installOurs();
  if ((await cell.setUpTheirs()) === 'done') return;
  // DVC refuses: then ours makes room (docs/hooks.md). git-lfs refuses, too, and loses nothing by it.
  await cell.uninstallOurs();
  assert.is(await cell.setUpTheirs(), 'done');
  await cell.installOurs();
}

async function lastBranch(cell: Cell, id: string): Promise<string> {
  const lines = (await cell.git('ls-remote', 'origin')).split('\n').map((line) => line.split('\t'));
  return lines.findLast(([found]) => found === id)?.[1] ?? '';
}

/** Hook files of ours, wherever git may look one day. */
function ghosts({ ground }: Cell): readonly string[] {
  const directories = ['.git/hooks', '.git/mlchain/hooks', '.git hooks', '.husky'].map((name) =>
    path.join(ground.repository, name),
  );
  const files = directories
    .filter((directory) => fs.existsSync(directory))
    .flatMap((directory) => clientHooks.map((hook) => path.join(directory, hook)))
    .filter((file) => fs.existsSync(file));
  return files.filter((file) => fs.readFileSync(file, 'utf8').includes('mlchain'));
}

test.run();
