import { Digester } from '../artifact/digester.ts';
import { MlchainError } from '../errors.ts';
import { layoutAt } from '../gather/layout-at.ts';
import { readTrust } from '../gather/trust.ts';
import type { Repository } from '../git/repository.ts';
import { FormatError } from '../intoto/format-error.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import { findSigner, findSigningKey } from '../openpgp/signer.ts';
import type { RecordingContext } from '../record/context.ts';
import { readConfig } from './config.ts';
import type { MlchainConfig } from './config-schema.ts';
import type { Context } from './context.ts';
import { signerRequest } from './signing.ts';

export interface RecordingOptions {
  /** `--key`. */
  readonly key?: string | undefined;
  /** False in hooks: nothing is asked, also where there is a terminal. */
  readonly mayPrompt: boolean;
}

/** Hands the recorder what lies above its floor: the judge, the configuration, the key. Each is made once, when asked for. */
export function recordingContext(
  context: Context,
  repo: Repository,
  { key, mayPrompt }: RecordingOptions,
): RecordingContext {
  const request = once(async () => ({
    ...(await signerRequest(repo, context, key)),
    ...(mayPrompt ? {} : SILENT),
  }));
  const config = once(async () => await configOf(repo));
  // Two questions of one commit are answered from it.
  const remembered = onceEach(async (tips) => {
    return await (await judge()).rememberedHistories(repo, await explainedRequest(context, repo, tips));
  });
  return {
    repo,
    digester: new Digester(repo, true, context.voice.progress),
    layoutAt: (commit) => readLayout(repo, commit),
    explainedIn: onceEach(async (tips) => {
      return await (await judge()).explainedByHistory(repo, await explainedRequest(context, repo, tips));
    }),
    rememberedIn: async (tips) => (await judge()).explainedByMemory(tips, await remembered(tips)),
    strangersIn: async (tips) => {
      const { owners } = await readTrust(repo, { owners: [], strict: false, env: context.env });
      // Without an owner to trust, nothing in the history is anybody's word yet.
      if (owners.length === 0) return async () => undefined;
      const request = await explainedRequest(context, repo, tips);
      return (await judge()).strangersIn(repo, request, await remembered(tips));
    },
    extraPatterns: async (step) => (await config())?.steps.get(step),
    signingKey: once(async () => await findSigningKey(await request())),
    signer: once(async () => await findSigner(await request())),
    env: context.env,
    now: context.now,
  };
}

/** @throws FormatError that says which file of which commit cannot be read */
async function readLayout(repo: Repository, commit: string): ReturnType<typeof layoutAt> {
  try {
    return await layoutAt(repo, commit);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError(`${LAYOUT_PATH} of ${commit.slice(0, 7)}: ${cause.message}`, { cause });
  }
}

const SILENT = { mayPrompt: false, askPassphrase: undefined } as const;

export async function configOf({ workTree }: Repository): Promise<MlchainConfig | undefined> {
  return workTree === undefined ? undefined : await readConfig(workTree);
}

/** Most commits bring all that their links name: then the judge is not even loaded. */
async function judge() {
  return await import('../gather/explained.ts');
}

/** Without an owner to trust, every file would look unexplained: it is said what is really missing. */
async function explainedRequest(context: Context, repo: Repository, tips: readonly string[]) {
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  if (trust.owners.length === 0) {
    throw new MlchainError('incomplete', 'no owner is pinned, so nobody can say what is explained', {
      hint: "compare fingerprints, then 'git mlchain trust FINGERPRINT'",
    });
  }
  return { tips, trust, now: Math.floor(context.now() / 1000) };
}

/** Asked about several steps of one commit, the answer is the same. */
function onceEach<Answer>(make: (tips: readonly string[]) => Promise<Answer>): typeof make {
  const made = new Map<string, Promise<Answer>>();
  return (tips) => {
    const known = made.get(tips.join(' ')) ?? make(tips);
    made.set(tips.join(' '), known);
    return known;
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
