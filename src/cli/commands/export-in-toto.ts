import { exportInToto, type InTotoExport } from '../../gather/export-in-toto.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { judgeForExport } from '../export-judgment.ts';

/** `export --in-toto DIR [REV]`. */
export async function exportInTotoDirectory(context: Context, args: Args, target: string): Promise<ExitCode> {
  const { voice } = context;
  const asked = { questions: ['release'], inspections: undefined } as const;
  const { repo, history, revision, assessment } = await judgeForExport(context, args, asked);
  const { verdict } = assessment;
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
