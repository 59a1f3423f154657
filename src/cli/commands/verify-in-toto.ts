import { MlchainError } from '../../errors.ts';
import { verifyDirectory } from '../../gather/in-toto-directory.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodeOfVerdict } from '../exit.ts';
import { readCertificateFiles, readOwnerFiles } from '../owner-files.ts';
import { speak } from '../verdict-output.ts';

const TEN_MINUTES = 600;

/** `verify --in-toto DIR`: stands in for `in-toto-verify`; needs no repository. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const owners = await readOwnerFiles(args.values('owner-cert'));
  if (owners.certificates.length + owners.keys.length === 0) {
    throw new MlchainError('usage', 'expected --owner-cert FILE, once for each owner who signed the layout', {
      hint: 'git mlchain key export FPR >owner.asc, gpg --armor --export FPR >owner.asc, or a public key of in-toto-keygen',
    });
  }
  const now = args.time('now') ?? context.now();
  const timeout = args.duration('inspection-timeout') ?? TEN_MINUTES;
  const report = await verifyDirectory({
    directory: args.value('in-toto') ?? '',
    layout: args.value('layout'),
    owners: owners.certificates,
    ownerKeys: owners.keys,
    ownerThreshold: args.integer('owner-threshold', 1),
    certificates: await readCertificateFiles(args.values('cert')),
    product: args.value('product') ?? context.cwd,
    parameters: parametersIn(args),
    now: Math.floor(now / 1000),
    progress: context.voice.progress,
    inspections: args.has('no-inspect') ? undefined : { timeoutMs: timeout * 1000 },
  });
  speak(context, args, report);
  return exitCodeOfVerdict(report.verdict);
}

function parametersIn(args: Args): Map<string, string> | undefined {
  const pairs = args.pairs('param');
  if (pairs.length === 0) return undefined;
  return new Map(
    pairs.map(([name, value]) => {
      if (value !== undefined) return [name, value];
      throw new MlchainError('usage', `--param: expected NAME=VALUE, found '${name}'`);
    }),
  );
}
