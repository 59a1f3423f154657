import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { examineCaches } from '../../../src/cli/doctor/work.ts';
import { sealFile } from '../../../src/user/seal.ts';
import { makeClone } from '../../support/working-clone.ts';

test('a seal that seals nothing is warned of, and gone after its mend', async () => {
  const { repo, cleanup } = await makeClone();
  assert.is((await examineCaches(repo))[0]?.state, 'ok');
  const file = sealFile(repo.env);
  fs.writeFileSync(file, 'no secret');
  const [found] = await examineCaches(repo);
  assert.is(found?.state, 'warning');
  assert.match(found?.says ?? '', /seal is no secret of yours alone/);
  fs.rmSync(file);
  assert.is((await examineCaches(repo))[0]?.state, 'ok');
  assert.ok(fs.existsSync(path.dirname(file)));
  await cleanup();
});

test.run();
