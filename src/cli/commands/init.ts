import { MlchainError } from '../../errors.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Repository } from '../../git/repository.ts';
import { installHooks } from '../../hooks/install.ts';
import type { HooksStatus } from '../../hooks/status.ts';
import { isLive } from '../../hooks/status.ts';
import { escapeLines, escapeText } from '../../report/escape.ts';
import { hooksText } from '../../report/hooks-text.ts';
import type { Args } from '../args.ts';
import { readClaimIfWhole } from '../claimed-layout.ts';
import { CONFIG_FILE } from '../config-schema.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { hookTarget } from '../hook-target.ts';
import { writeExample } from '../init/example.ts';
import { makeKeyIfWanted } from '../init/key.ts';
import { nextLines } from '../init/next.ts';
import type { ConnectedRemote } from '../init/remotes.ts';
import { connectRemotes } from '../init/remotes.ts';
import type { Standing } from '../init/standing.ts';
import { standingOf } from '../init/standing.ts';

/** `init`: the rest of set-up in one go. Each part does only what is not done yet, so it is safe to repeat. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const claimed = await readClaimIfWhole(repo, context);
  const wrote = repo.workTree !== undefined && claimed === undefined && (await writeExample(repo.workTree));
  if (wrote) voice.say(`wrote ${CONFIG_FILE}: a commented example, to be edited`);
  const hooks = await installAndSay(repo, context);
  const remotes = await connectRemotes(repo);
  for (const remote of remotes) sayRemote(context, remote);
  // What a malformed layout means is the owners' to say; a server signs nothing.
  if (claimed === 'malformed' || repo.isBare) {
    return finish(context, { hooks, remotes, wrote, standing: undefined, next: [] });
  }
  const key = await makeKeyIfWanted(repo, context, {
    isWanted: claimed === undefined,
    isDemanded: args.has('new-key'),
    yes: args.has('yes'),
  });
  const standing = await standingOf(repo, key, claimed);
  const { owners } = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const next = nextLines(standing, owners.length > 0);
  for (const line of next) voice.say(line);
  return finish(context, { hooks, remotes, wrote, standing, next });
}

/** Undefined where they could not be installed, which is said; the rest of the set-up goes on. */
async function installAndSay(repo: Repository, { voice }: Context): Promise<HooksStatus | undefined> {
  try {
    const { status, advice } = await installHooks(repo, hookTarget());
    const live = status.hooks.filter(isLive).map(({ hook }) => hook);
    if (live.length > 0) voice.say(`hooks: ${live.join(', ')}`);
    for (const { hook, file, text } of advice) voice.warn(`add to ${file} for the ${hook} hook:\n${text}`);
    if (!areFine(status)) voice.warn(`not all hooks do their work:\n${hooksText(status, voice.errorStyle)}`);
    return status;
  } catch (error) {
    if (!(error instanceof MlchainError)) throw error;
    voice.error(`no hooks were installed: ${error.message}`, error.hint);
    return undefined;
  }
}

function sayRemote({ voice }: Context, { remote, fetched, problem }: ConnectedRemote): void {
  const name = escapeText(remote);
  voice.say(`${name}: 'git fetch' brings the evidence from now on${fetched ? ', and has brought it' : ''}`);
  if (problem !== null) voice.warn(`${name} does not answer yet: ${escapeLines(problem)}`);
}

interface Done {
  readonly hooks: HooksStatus | undefined;
  readonly remotes: readonly ConnectedRemote[];
  readonly wrote: boolean;
  readonly standing: Standing | undefined;
  readonly next: readonly string[];
}

function finish({ voice }: Context, { hooks, remotes, wrote, standing, next }: Done): ExitCode {
  voice.document({
    configuration: wrote ? 'written' : 'unchanged',
    hooks: (hooks?.hooks ?? []).map(({ hook, state, way }) => ({ hook, state, way })),
    remotes,
    role: standing?.role ?? null,
    key: standing !== undefined && 'key' in standing ? (standing.key?.fingerprint ?? null) : null,
    steps: standing?.role === 'functionary' ? standing.steps : [],
    next,
  });
  return hooks !== undefined && areFine(hooks) ? 0 : 1;
}

function areFine({ hooks, lfs }: HooksStatus): boolean {
  return hooks.every(isLive) && lfs !== 'nobody';
}
