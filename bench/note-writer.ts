import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { appendNotes } from '../src/git/notes.ts';
import { Repository } from '../src/git/repository.ts';

/**
 * One of several writers: a line of its own, as long as a link, on each of the commits, one after the other. Says when it
 * is ready, and begins when its standard input ends.
 */
const [directory = '.', who = '0'] = process.argv.slice(2);
const commits = fs.readFileSync(path.join(directory, 'commits'), 'utf8').split('\n');
const env = {
  ...process.env,
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@example.org',
};
const repo = await Repository.open(directory, env);
console.log('ready');
await once(process.stdin.resume(), 'end');
for (const commit of commits) {
  const line = JSON.stringify({ by: who, filling: 'x'.repeat(800) });
  await appendNotes(repo, 'refs/notes/mlchain/BENCH', new Map([[commit, [line]]]), 'note');
}
await repo.close();
