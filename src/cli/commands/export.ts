import { MlchainError } from '../../errors.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { exportAttestations } from './export-attestations.ts';
import { exportBundle } from './export-bundle.ts';
import { exportInTotoDirectory } from './export-in-toto.ts';

/** What each form is written by. */
const FORMS = new Map([
  ['in-toto', exportInTotoDirectory],
  ['bundle', exportBundle],
  ['attestations', exportAttestations],
]);

/** `export --in-toto DIR|--bundle FILE|--attestations DIR [REV]`. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const [form, ...more] = [...FORMS].filter(([name]) => args.has(name));
  if (form === undefined || more.length > 0) {
    throw new MlchainError('usage', 'expected one of --in-toto DIR, --bundle FILE and --attestations DIR', {
      hint: 'git mlchain export --bundle ../model.mlchain.jsonl',
    });
  }
  const [name, write] = form;
  return await write(context, args, args.value(name) ?? '');
}
