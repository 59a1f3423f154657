import { MlchainError } from '../../errors.ts';
import { evidenceDue } from '../../gather/evidence-due.ts';
import { listRemotes } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { allWanted, deliver } from '../../ledger/delivery.ts';
import { fetchEvidence } from '../../ledger/fetch.ts';
import { countLines } from '../../ledger/note-lines.ts';
import { followRenamed } from '../../ledger/renamed.ts';
import type { Rewound } from '../../ledger/seen.ts';
import { addFetchRefspec } from '../../ledger/setup.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { didYouMean } from '../nearest.ts';
import { describeDelivery, sayUndelivered } from './delivery-words.ts';

/** `sync [REMOTE]`: evidence in and out; what a remote has lost is given back to it. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const remote = await expectRemote(repo, args.positionals[0] ?? (await defaultRemote(repo)));
  await followRenamed(repo);
  await addFetchRefspec(repo, remote);
  const rewound = await fetchEvidence(repo, remote);
  for (const each of rewound) voice.warn(rewoundWords(each));
  const published = await repo.git.text([
    'for-each-ref',
    '--format=%(objectname)',
    `refs/remotes/${remote}/`,
  ]);
  const { lines: due } = await evidenceDue(repo, {
    remote,
    tips: published.split('\n').filter(Boolean),
    verdicts: [],
  });
  const lost = rewound.map(({ signer, droppedLines }) => new Map([[signer, droppedLines]]));
  const result = await deliver(repo, remote, allWanted([due, ...lost]));
  voice.document({
    remote,
    delivered: Object.fromEntries(result.delivered),
    failed: Object.fromEntries(result.failed),
    rewound: rewound.map(({ signer, ref, droppedLines }) => ({
      signer,
      ref,
      lines: countLines(droppedLines),
    })),
  });
  voice.say(result.delivered.size === 0 ? `${remote} has all evidence due there` : describeDelivery(result));
  sayUndelivered(voice, result);
  return result.failed.size === 0 ? 0 : 1;
}

/** A name that is none would get a refspec, and from then on count as a remote that was never asked. */
async function expectRemote(repo: Repository, name: string): Promise<string> {
  const remotes = await listRemotes(repo);
  if (remotes.includes(name)) return name;
  throw new MlchainError('usage', `there is no remote '${name}'`, {
    hint: didYouMean(name, remotes, `remotes: ${remotes.join(', ') || 'none'}; 'git remote add' makes one`),
  });
}

/** `mlchain.remote` (for forks), else the branch's own, else the only one. */
async function defaultRemote(repo: Repository): Promise<string> {
  const configured = await repo.config('mlchain.remote');
  if (configured !== undefined) return configured;
  const branch = await repo.git.run(['symbolic-ref', '--short', '--quiet', 'HEAD'], { okCodes: [0, 1] });
  const own = await repo.config(`branch.${branch.stdout.toString('utf8').trim()}.remote`);
  const remotes = await listRemotes(repo);
  if (own !== undefined && remotes.includes(own)) return own;
  if (remotes.includes('origin')) return 'origin';
  const [only] = remotes;
  if (remotes.length === 1 && only !== undefined) return only;
  throw new MlchainError(
    'usage',
    remotes.length === 0 ? 'there is no remote' : `which of ${remotes.join(', ')}?`,
    {
      hint: 'git mlchain sync REMOTE, or git config mlchain.remote REMOTE',
    },
  );
}

function rewoundWords({ remote, signer, droppedLines }: Rewound): string {
  const lines = countLines(droppedLines);
  return `evidence-rewound: ${remote} no longer has ${lines} lines of ${signer} that this clone saw there; giving them back`;
}
