import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assessHistory } from '../../src/gather/assess.ts';
import { proposeLinks, signProposals } from '../../src/record/by-hand.ts';
import { queuedCommits } from '../../src/record/missing.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { afterRewrite } from '../../src/record/post-rewrite.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, threeSteps } from '../support/workshop.ts';

/*
 * Recorder and judge were written apart, from the same page. Whatever one person does with files, branches and commits
 * in a repository where they may do everything: what the recorder signs has to be all that the judge wants.
 */

type Deed =
  | { readonly kind: 'change'; readonly files: readonly (readonly [string, string | undefined])[] }
  | { readonly kind: 'amend'; readonly files: readonly (readonly [string, string | undefined])[] }
  | { readonly kind: 'branch' | 'merge-ours' | 'merge-theirs' | 'rebase' };

const file = fc.constantFrom('raw/a', 'raw/b', 'data/a', 'data/b', 'model/m', 'model/n', 'README.md');
const content = fc.option(fc.constantFrom('1', '2', '3', '4'), { nil: undefined });
const files = fc.array(fc.tuple(file, content), { minLength: 1, maxLength: 3 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('change' as const), files }), weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant('amend' as const), files }), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constantFrom('branch', 'merge-ours', 'merge-theirs', 'rebase') }),
    weight: 3,
  },
);

/** Both sides of a merge made data, and a model is made of all of it. */
const COMBINED: Deed[] = [
  { kind: 'branch' },
  { kind: 'change', files: [['data/a', '1']] },
  { kind: 'merge-ours' },
  { kind: 'change', files: [['model/m', '1']] },
];

class Life {
  readonly #shop: Workshop;
  /** Contents are never used twice, so that nothing comes back: that would be another story (`replay`). */
  #serial = 0;

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  async begin(): Promise<void> {
    await this.#shop.layOut(threeSteps);
    this.#put([['raw/a', 'first']]);
    await this.#shop.commit('begin');
    await this.#recorded();
  }

  async live(each: Deed): Promise<void> {
    const { git } = this.#shop;
    switch (each.kind) {
      case 'change':
        this.#put(each.files);
        await this.#shop.commit('change');
        return await this.#recorded();
      case 'amend':
        this.#put(each.files);
        await git('add', '-A');
        await git('commit', '-q', '--amend', '--allow-empty', '--no-edit');
        return await this.#recorded();
      case 'branch':
        await git('branch', '-f', 'side', (await this.#hasParent()) ? 'HEAD~1' : 'HEAD');
        await git('checkout', '-q', 'side');
        this.#put([['data/side', 'side']]);
        await this.#shop.commit('on the side');
        await this.#recorded();
        await git('checkout', '-q', 'main');
        return;
      case 'rebase':
        return await this.#rebase();
      default:
        return await this.#merge(each.kind === 'merge-ours' ? 'ours' : 'theirs');
    }
  }

  async #merge(favour: string): Promise<void> {
    const { git, person, path: cwd } = this.#shop;
    if ((await git('branch', '--list', 'side')) === '') return;
    const before = await git('rev-parse', 'HEAD');
    const options = ['-q', '--no-ff', '--no-edit', '-X', favour];
    const { code } = await person.git(['merge', ...options, 'side'], { cwd, code: 'any' });
    // Whoever amends the root has parted with the side branch: git refuses to merge, and nothing happens.
    const isMerging =
      (await person.git(['rev-parse', '-q', '--verify', 'MERGE_HEAD'], { cwd, code: 'any' })).code === 0;
    if (code !== 0 && !isMerging) return;
    if (code !== 0) await this.#settle();
    else if (before !== (await git('rev-parse', 'HEAD'))) {
      await this.#recorded('post-merge');
      await this.#vouchForBothSides();
    }
  }

  /** A clean merge of two people's data is nobody's product (`diverged`): what comes next needs a word about the whole. */
  async #vouchForBothSides(): Promise<void> {
    const { git } = this.#shop;
    for (const parent of ['HEAD^1', 'HEAD^2']) {
      if ((await git('diff', '--name-only', parent, 'HEAD', '--', 'data')) === '') return;
    }
    const head = await this.#shop.repo.resolveCommit('HEAD');
    const proposals = await proposeLinks(this.#shop.context(), head, ['prepare']);
    this.#expectNoRefusal((await signProposals(this.#shop.context(), proposals)).outcomes);
  }

  /** One side removed what the other changed: it stays removed. */
  async #settle(): Promise<void> {
    const { git } = this.#shop;
    const unmerged = (await git('diff', '--name-only', '--diff-filter=U'))
      .split('\n')
      .filter((name) => name !== '');
    for (const name of unmerged) await git('rm', '-q', '-f', '--ignore-unmatch', '--', name);
    await git('commit', '-q', '--no-edit');
    await this.#recorded();
  }

  /** Onto itself with a commit in between: every commit is rewritten, none says anything else. */
  async #rebase(): Promise<void> {
    const { git, person, path: cwd } = this.#shop;
    if (!(await this.#hasParent()) || (await git('rev-list', '--merges', '-1', 'HEAD')) !== '') return;
    const old = (await git('rev-list', '-2', 'HEAD')).split('\n');
    await person.git(['rebase', '-q', '--force-rebase', 'HEAD~2'], {
      cwd,
      code: 'any',
      env: { GIT_COMMITTER_DATE: `${Date.UTC(2026, 0, 1) / 1000 + this.#serial++} +0000` },
    });
    const now = (await git('rev-list', '-2', 'HEAD')).split('\n');
    const pairs = old
      .map((from, at) => ({ from, to: now[at] ?? from }))
      .filter(({ from, to }) => from !== to);
    this.#expectNoRefusal(await afterRewrite(this.#shop.context(), pairs.reverse()));
  }

  async #hasParent(): Promise<boolean> {
    return Number(await this.#shop.git('rev-list', '--count', '--first-parent', 'HEAD')) > 2;
  }

  #put(contents: readonly (readonly [string, string | undefined])[]): void {
    for (const [name, text] of contents) {
      this.#serial += 1;
      if (text !== undefined) this.#shop.write(name, `${text} ${this.#serial}\n`);
      else this.#shop.write(name, `kept ${this.#serial}\n`);
      if (text === undefined) this.#shop.remove(name);
    }
  }

  async #recorded(hook: 'post-commit' | 'post-merge' = 'post-commit'): Promise<void> {
    this.#expectNoRefusal(await afterCommit(this.#shop.context(), hook));
  }

  #expectNoRefusal(outcomes: Awaited<ReturnType<typeof afterCommit>>): void {
    for (const outcome of outcomes) {
      assert.ok(outcome.kind === 'signed' || outcome.kind === 'already-signed', JSON.stringify(outcome));
    }
  }
}

test('whatever one person does, what the recorder signs is what the judge wants', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 9 }), async (deeds) => {
      const shop = await makeWorkshop();
      try {
        const life = new Life(shop);
        await life.begin();
        for (const each of deeds) await life.live(each);
        assert.equal(await queuedCommits(shop.context()), []);
        const trust = { owners: [shop.signer.fingerprint], threshold: 1, id: undefined, strict: true };
        const head = await shop.repo.resolveCommit('HEAD');
        const { findings } = await assessHistory(shop.repo, {
          tips: [head],
          trust,
          now: Math.floor(Date.now() / 1000),
          cache: 'none',
        });
        assert.equal(findings, []);
      } finally {
        await shop.cleanup();
      }
    }),
    { numRuns: 12, examples: [[COMBINED]] },
  );
});

test.run();
