import type { Repository } from '../../git/repository.ts';
import { KeyError } from '../../openpgp/key-error.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { doctorText, worstOf } from '../../report/doctor-text.ts';
import type { Args } from '../args.ts';
import { evidenceState, judgeHead, ownKey } from '../clone-state.ts';
import type { Context } from '../context.ts';
import { examined } from '../doctor/diagnosis.ts';
import { examineHooks } from '../doctor/hooks.ts';
import { examineKey, examineStore } from '../doctor/key.ts';
import { examineEnvironment, examineGit, examineNode } from '../doctor/machine.ts';
import { examineRemote } from '../doctor/remotes.ts';
import { examineLayout, examineOwners, examineServer } from '../doctor/trust.ts';
import { examineCaches, examineConfig, examineWork } from '../doctor/work.ts';
import type { ExitCode } from '../exit.ts';

/** `doctor`: is everything live? Each line proves what it says, and says how to mend it. Changes nothing. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const repo = await context.openRepository();
  const diagnoses = await examine(repo, context);
  const number = (wanted: Diagnosis['state']) => diagnoses.filter(({ state }) => state === wanted).length;
  context.voice.document({
    checks: diagnoses.map((each) => ({ ...each, mend: each.state === 'ok' ? null : each.mend })),
    errors: number('error'),
    warnings: number('warning'),
  });
  context.voice.say(doctorText(diagnoses, context.voice.style));
  return worstOf(diagnoses) === 'error' ? 1 : 0;
}

async function examine(repo: Repository, context: Context): Promise<readonly Diagnosis[]> {
  return [
    ...(await examined('git', () => examineGit(repo))),
    ...examineNode(),
    ...(await examineEnvironment(context.env)),
    ...(await examined('hooks', () => examineHooks(repo))),
    ...(await examined('server', () => examineServer(repo))),
    ...(await examined('configuration', () => examineConfig(repo))),
    ...(await examined('trust', () => examineTrust(repo, context))),
    ...(await examined('remotes', () => examineRemotes(repo, context))),
    ...(await examined('queue', async () => (repo.isBare ? [] : await examineWork(repo)))),
    ...(await examineCaches(repo)),
  ];
}

async function examineTrust(repo: Repository, context: Context): Promise<readonly Diagnosis[]> {
  const atHead = await judgeHead(repo, context);
  const trust = [...examineOwners(atHead), ...examineLayout(atHead, context.now())];
  // A server signs nothing.
  if (repo.isBare) return trust;
  const store = await examineStore(context);
  const key = await examineKey(repo, context, await ownKey(repo, context), atHead.layout);
  const said = new Set(store.map(({ says }) => says));
  return [...trust, ...store, ...key.filter(({ says }) => !said.has(says))];
}

async function examineRemotes(repo: Repository, context: Context): Promise<readonly Diagnosis[]> {
  if (repo.isBare) return [];
  const key = await ownKey(repo, context);
  const states = await evidenceState(repo, key instanceof KeyError ? undefined : key.fingerprint);
  return (await Promise.all(states.map((state) => examineRemote(repo, state)))).flat();
}
