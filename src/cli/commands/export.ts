import { MlchainError } from '../../errors.ts';
import { assess } from '../../gather/assess.ts';
import { exportInToto, type InTotoExport } from '../../gather/export-in-toto.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { readTrust } from '../../gather/trust.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `export --in-toto DIR [REV]`. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const target = args.value('in-toto');
  if (target === undefined) {
    throw new MlchainError('usage', 'expected --in-toto DIR', {
      hint: 'git mlchain export --in-toto ../out',
    });
  }
  const repo = await context.openRepository();
  const { revision } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const now = Math.floor(context.now() / 1000);
  const { history, verdict } = await assess(repo, {
    revision,
    trust,
    questions: ['release'],
    inspections: undefined,
    now,
  });
  if (history === undefined) {
    throw new MlchainError('incomplete', 'the chain cannot be checked, so it cannot be exported', {
      hint: 'git mlchain verify says what is missing',
    });
  }
  const written = await exportInToto(repo, history, revision, target);
  voice.document({ ...written, verdict, command: commandLines(written) });
  voice.say(
    `${count(written.links.length, 'link')}, the layout, the product and the certificates: ${written.directory}`,
  );
  if (verdict !== 'verified') voice.warn('this chain does not verify; nor will in-toto-verify accept it');
  voice.say(
    `\nTo verify it with in-toto:\n${commandLines(written)
      .map((line) => `  ${line}`)
      .join('\n')}`,
  );
  return 0;
}

/** What a shell needs to check the export with nothing but gpg and in-toto. */
function commandLines({ directory, owners }: InTotoExport): string[] {
  const here = shellWord(directory);
  const keys = owners.map((owner) => owner.toLowerCase()).join(' ');
  return [
    `cd ${here}/product`,
    'export GNUPGHOME="$(mktemp -d)" && gpg --quiet --import ../keys/*.asc',
    `in-toto-verify --layout ../root.layout --link-dir .. --gpg ${keys}`,
  ];
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
