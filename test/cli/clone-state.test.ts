import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AtHead, layoutStatus } from '../../src/cli/clone-state.ts';

const none: AtHead = {
  head: undefined,
  trust: { owners: ['A'.repeat(40)], threshold: 1, id: undefined, strict: false },
  drafted: false,
  assessment: undefined,
  layout: undefined,
};

test('where no layout is in force, the next thing to do is named', () => {
  const problems = [none, { ...none, drafted: true }, { ...none, head: '1234567' }].map((each) =>
    layoutStatus(each, 0),
  );
  assert.equal(problems, [
    { problem: "no commit yet: 'git mlchain layout new' drafts a layout" },
    { problem: 'no commit yet: commit .mlchain/root.layout once its owners have signed it' },
    { problem: "none in force at HEAD: 'git mlchain verify' says why" },
  ]);
});

test.run();
