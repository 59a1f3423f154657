import { MlchainError } from '../../errors.ts';
import { readDelivered } from '../../gather/delivered-files.ts';
import { givenTrust, readTrust } from '../../gather/trust.ts';
import { verifyBundleFile } from '../../gather/verify-bundle.ts';
import type { Trust } from '../../verify/facts.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodeOfVerdict } from '../exit.ts';
import { speak } from '../verdict-output.ts';

/**
 * `verify --bundle FILE ARTIFACT…`: for whoever downloaded a package and has nothing else. With `--owner` neither a
 * repository nor git is needed.
 */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  refuseOthers(args);
  const now = Math.floor((args.time('now') ?? context.now()) / 1000);
  const delivered = readDelivered(args.positionals);
  const trust = { ...(await trustOf(context, args)), strict: false };
  const report = await verifyBundleFile(args.value('bundle') ?? '', { trust, delivered, now });
  await speak(context, args, report);
  if (delivered.length === 0) {
    voice.warn('no artifact was given, so only the chain was checked', 'name the files that you were handed');
  }
  if (trust.owners.length === 0)
    voice.hint('for this call: --owner FPR, with a fingerprint you have from its owner');
  return exitCodeOfVerdict(report.verdict);
}

/** What a bundle cannot be asked must not be passed over in silence. */
const OTHERS = ['history', 'for', 'strict', 'in-toto', 'layout', 'owner-cert', 'cert', 'product', 'param'];

function refuseOthers(args: Args): void {
  const other = OTHERS.find((name) => args.has(name));
  if (other === undefined) return;
  throw new MlchainError('usage', `--${other} does not go with --bundle`, {
    hint: 'a bundle is judged as a whole: git mlchain verify --bundle FILE ARTIFACT --owner FPR',
  });
}

async function trustOf(context: Context, args: Args): Promise<Trust> {
  const threshold = args.integer('owner-threshold', 1);
  const request = { owners: args.values('owner'), strict: false, env: context.env };
  const trust = givenTrust(request) ?? (await pinnedTrust(context));
  return threshold === undefined ? trust : { ...trust, threshold };
}

/** What the clone around the working directory pinned; outside of any, nothing. */
async function pinnedTrust(context: Context): Promise<Trust> {
  try {
    const repo = await context.openRepository();
    return await readTrust(repo, { owners: [], strict: false, env: context.env });
  } catch (error) {
    if (!isWithoutRepository(error)) throw error;
    return { owners: [], threshold: 1, id: undefined, strict: false };
  }
}

/** There is no repository around, or not even git: that is no trouble here, and nobody is pinned. */
function isWithoutRepository(error: unknown): boolean {
  if (!(error instanceof MlchainError)) return false;
  const { cause } = error;
  return error.code === 'input' || (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT');
}
