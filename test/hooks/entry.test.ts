import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { entryLine, hasEntry, withEntry, withoutEntry } from '../../src/hooks/entry.ts';
import { clientHooks } from '../../src/hooks/script.ts';

test('what was added to a script is taken out again, whatever the script', () => {
  const scripts = [
    'npm test',
    'npm test\n',
    '#!/bin/sh\nnpm test\n',
    '#!/usr/bin/env bash\nset -e\n\n$x $& $1\n',
    'a\r\nb',
  ];
  for (const hook of clientHooks) {
    for (const script of scripts) {
      const added = withEntry(script, hook);
      assert.ok(hasEntry(added, hook));
      assert.is(withEntry(added, hook), added, 'not twice');
      assert.is(withoutEntry(added, hook), script);
      assert.is(/^#!/.test(added), /^#!/.test(script), 'an interpreter stays in the first line');
    }
  }
});

test('a script that was ours alone is nothing without ours', () => {
  for (const hook of clientHooks) {
    assert.is(withEntry(undefined, hook), entryLine(hook));
    assert.is(withEntry('', hook), entryLine(hook));
    assert.is(withoutEntry(entryLine(hook), hook), undefined);
    assert.is(withoutEntry(`#!/bin/sh\n${entryLine(hook)}\n`, hook), undefined);
  }
});

test('a script without ours is left as it is', () => {
  assert.not(hasEntry('git mlchain verify', 'pre-push'));
  assert.not(hasEntry(entryLine('post-commit'), 'pre-push'));
  assert.is(withoutEntry('git mlchain verify\n', 'pre-push'), 'git mlchain verify\n');
});

test.run();
