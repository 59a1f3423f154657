import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lintHere, problemText, refuseErrors } from '../../src/cli/layout-lint.ts';
import { MlchainError } from '../../src/errors.ts';
import { stringify } from '../../src/intoto/json.ts';
import type { LintProblem } from '../../src/layout/lint-problem.ts';
import { problem } from '../../src/layout/lint-problem.ts';
import { makeLayout, makeLayoutJson } from '../support/layout.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

interface Story {
  clone: WorkingClone;
}

const lint = suite<Story>('problems of a layout for the files that are here');

lint.before.each(async (story) => {
  story.clone = await makeClone();
});

lint.after.each(({ clone }) => clone.cleanup());

const text = {
  steps: {
    prepare: { materials: ['DISALLOW *'], products: ['ALLOW data/*', 'DISALLOW *'] },
    train: { materials: ['DISALLOW *'], products: ['ALLOW *.bin', 'DISALLOW *'] },
  },
};

function problems({ clone }: Story): Promise<readonly LintProblem[]> {
  return lintHere(clone.repo, clone.path, makeLayout(text), new Map(), Date.UTC(2026, 10, 22));
}

async function found(story: Story): Promise<string[]> {
  return (await problems(story)).map(({ severity, code, subject }) => `${severity} ${code} ${subject}`);
}

lint(
  'files count once git tracks them, and before, since a layout is older than its first commit',
  async (story) => {
    assert.ok((await found(story)).includes('warning matches-nothing data/*'));
    story.clone.write('data/a.csv', '1');
    assert.not((await found(story)).includes('warning matches-nothing data/*'));
    await story.clone.commit();
    assert.not((await found(story)).includes('warning matches-nothing data/*'));
  },
);

lint('what git ignores is nobody’s', async (story) => {
  story.clone.write('.gitignore', '*.bin\n');
  story.clone.write('data/m.bin', '1');
  assert.ok((await found(story)).includes('warning steps-meet data/*'));
});

lint('a file of two steps is an error, whatever its name', async (story) => {
  story.clone.write('data/naïve \u001b[2J\n.bin', '1');
  const [first] = await problems(story);
  assert.is(first?.code, 'two-steps');
  if (first === undefined) return;
  assert.match(problemText(first), /prepare: data\/naïve \\033\[2J\\n\.bin is a product of step train too/);
  assert.throws(
    () => refuseErrors([first]),
    (error: unknown) =>
      error instanceof MlchainError && error.code === 'failed' && !error.message.includes('\u001b'),
  );
});

lint('a path that is no UTF-8 is looked at like any other', async (story) => {
  const { clone } = story;
  clone.write('data/a', '1');
  await clone.commit();
  const blob = await clone.git('rev-parse', 'HEAD:data/a');
  const entry = Buffer.concat([
    Buffer.from(`100644 ${blob}\tdata/`),
    Buffer.from([0xff]),
    Buffer.from('.bin\0'),
  ]);
  await clone.person.git(['update-index', '-z', '--index-info'], { cwd: clone.path, input: entry });
  assert.is((await problems(story))[0]?.code, 'two-steps');
});

lint('a sublayout is found by in-toto’s name for the evidence of a step', async (story) => {
  const layout = `{"signatures": [], "signed": ${stringify(makeLayoutJson(text), 0)}}`;
  story.clone.write('links/train.0123abcd.link', layout);
  story.clone.write('links/other.0123abcd.link', layout);
  story.clone.write('links/prepare.0123abcd.link', '{"signatures": [], "signed": {"_type": "link"}}');
  await story.clone.commit();
  assert.equal(
    (await problems(story)).filter(({ code }) => code === 'sublayout').map(({ item }) => item),
    ['train'],
  );
  story.clone.remove('links/train.0123abcd.link');
  story.clone.write('links/train.0123abcd.link/file', 'a directory now, as of a submodule');
  assert.not((await found(story)).some((line) => line.startsWith('error sublayout')));
});

lint('only errors stop a command; all of them are named', () => {
  refuseErrors([problem('warning', 'no-id')]);
  assert.throws(
    () =>
      refuseErrors([
        problem('error', 'expired'),
        problem('warning', 'no-id'),
        problem('error', 'no-functionary', { item: 'a' }),
      ]),
    /\.mlchain\/root\.layout: the layout has expired\na: nobody may sign this step$/,
  );
});

lint.run();
