import { listRemotes } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { countLines } from '../ledger/note-lines.ts';
import { type Rewound, rememberSeen } from '../ledger/seen.ts';
import { trackedNames } from '../ledger/setup.ts';
import type { Finding } from '../verify/finding.ts';
import type { KeyBook } from '../verify/key-book.ts';
import { isWritable } from './writable.ts';

/**
 * Evidence that this clone once saw at a remote and that is gone (threats 9, 10). By itself a warning – somebody cleaned
 * up, or is hiding something –; a violation where a change on one of those commits now lacks its explanation.
 */
export async function rewoundFindings(
  repo: Repository,
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
 * What plain `git fetch` and `git pull` brought was seen now; returns what is gone. Remembering writes refs: in a clone
 * that is read-only nothing was ever remembered, and nothing can be missed.
 */
export async function rememberFetched(repo: Repository): Promise<Rewound[]> {
  const remotes = await listRemotes(repo);
  if (remotes.length === 0 || !(await isWritable(repo.commonDir))) return [];
  // A remote that was renamed is still fetched under its old name.
  const names = await Promise.all(
    remotes.map(async (remote) => [remote, ...(await trackedNames(repo, remote))]),
  );
  const rewound: Rewound[] = [];
  for (const name of new Set(names.flat())) rewound.push(...(await rememberSeen(repo, name)));
  return rewound;
}
