import type { RepositoryReader } from '../git/reader.ts';
import { listRemotes } from '../git/remote.ts';
import { countLines } from '../ledger/note-lines.ts';
import { missingOfSeen, type Rewound, rememberSeen } from '../ledger/seen.ts';
import { trackedNames } from '../ledger/setup.ts';
import type { Finding } from '../verify/finding.ts';
import type { KeyBook } from '../verify/key-book.ts';
import { isWritable } from './writable.ts';

/**
 * Evidence that this clone once saw at a remote and that is gone (threats 9, 10). By itself a warning – somebody cleaned
 * up, or is hiding something –; a violation where a change on one of those commits now lacks its explanation.
 */
export async function rewoundFindings(
  repo: RepositoryReader,
  keys: KeyBook,
  others: readonly Finding[],
): Promise<Finding[]> {
  const unexplained = new Set(
    others.filter(({ severity }) => severity === 'violation').map(({ commit }) => commit),
  );
  return (await rememberFetched(repo)).map(({ remote, signer, droppedLines }) => {
    const commits = [...droppedLines.keys()];
    const lacking = commits.find((commit) => unexplained.has(commit));
    return {
      code: 'evidence-rewound',
      severity: lacking === undefined ? 'warning' : 'violation',
      commit: lacking ?? commits[0],
      signer: keys.person(signer),
      detail: `${remote} no longer has ${countLines(droppedLines)} lines that this clone saw there`,
    };
  });
}

/**
 * What plain `git fetch` and `git pull` brought was seen now; returns what is gone. Remembering writes refs: what can
 * only be read – a clone on a medium, or one without git – still tells what it saw before.
 */
export async function rememberFetched(repo: RepositoryReader): Promise<Rewound[]> {
  const remotes = await listRemotes(repo);
  // A remote that was renamed is still fetched under its old name.
  const names = await Promise.all(
    remotes.map(async (remote) => [remote, ...(await trackedNames(repo, remote))]),
  );
  const rewound: Rewound[] = [];
  for (const name of new Set(names.flat())) {
    const mayWrite = repo.git !== undefined && (await isWritable(repo.commonDir));
    rewound.push(...(await (mayWrite ? rememberSeen(repo, name) : missingOfSeen(repo, name))));
  }
  return rewound;
}
