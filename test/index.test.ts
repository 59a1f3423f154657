import * as library from 'git-mlchain';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePerson } from './support/person.ts';

test('the library offers these names and no others', () => {
  assert.equal(Object.keys(library).sort(), [
    'MlchainError',
    'Repository',
    'assess',
    'canonicalize',
    'judgeHistory',
    'judgeRelease',
    'layoutFromJson',
    'linkFromJson',
    'parseEnvelope',
    'readCertificates',
    'readTrust',
    'verdictJson',
    'verifyDirectory',
    'verifyRepository',
  ]);
});

test('the library verifies a repository as the command does', async () => {
  const eve = await makePerson('Eve');
  try {
    await eve.git(['init', '--quiet', 'repo']);
    await eve.git(['commit', '--quiet', '--allow-empty', '-m', 'first'], { cwd: eve.at('repo') });
    const repo = await library.Repository.open(eve.at('repo'), eve.env);
    const trust = await library.readTrust(repo, { owners: ['A'.repeat(40)], strict: false, env: eve.env });
    const revision = await repo.resolveCommit('HEAD');
    const questions = ['history', 'release'] as const;
    const now = Math.floor(Date.now() / 1000);
    const { verdict, findings } = await library.assess(repo, {
      revision,
      trust,
      questions,
      inspections: undefined,
      now,
    });
    assert.is(verdict, 'violated');
    assert.equal(
      findings.map(({ code }) => code),
      ['layout-missing'],
    );
    await repo.close();
  } finally {
    await eve.cleanup();
  }
});

test.run();
