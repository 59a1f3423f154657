import * as path from 'node:path';
import { MlchainError } from '../../errors.ts';
import { findSigner } from '../../openpgp/signer.ts';
import type { CommandRequest } from '../../record/child.ts';
import { linkFileName, writeLinkFile } from '../../record/link-file.ts';
import { quotePath } from '../../report/escape.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { signerRequestAnywhere } from '../signing.ts';

/** Options that make sense only where a link file is written. */
export const LINK_FILE_OPTIONS = ['materials', 'products', 'base-path', 'lstrip-path'] as const;

/** Options of links that wait for their commit. */
const REPOSITORY_OPTIONS = ['bind', 'discard', 'rollback-on-failure'] as const;

/** `run STEP --metadata-directory DIR [-- CMD…]`: stands in for `in-toto-run --gpg`; needs no repository. */
export async function runForLinkFile(
  context: Context,
  args: Args,
  step: string,
  run: CommandRequest | undefined,
): Promise<ExitCode> {
  const misplaced = REPOSITORY_OPTIONS.find((option) => args.has(option));
  if (misplaced !== undefined) {
    throw new MlchainError(
      'usage',
      `--${misplaced} is for links that wait for a commit, not for a link file`,
    );
  }
  const signer = await findSigner(await signerRequestAnywhere(context, args.value('key')));
  // A name that no file can have is told before hours of work, not after.
  linkFileName(step, signer);
  const exclude = args.values('exclude');
  const { file, materials, products } = await writeLinkFile(
    {
      step,
      directory: path.resolve(context.cwd, args.value('metadata-directory') ?? ''),
      base: path.resolve(context.cwd, args.value('base-path') ?? ''),
      materials: args.values('materials'),
      products: args.values('products'),
      exclude: exclude.length > 0 ? exclude : undefined,
      lstripPaths: args.values('lstrip-path'),
      run,
    },
    signer,
  );
  const { voice } = context;
  voice.document({
    step,
    state: 'written',
    file,
    materials: [...materials.keys()],
    products: [...products.keys()],
  });
  voice.say(
    `${step}: ${count(materials.size, 'material')}, ${count(products.size, 'product')}: ${quotePath(file)}`,
  );
  if (materials.size + products.size === 0) {
    voice.warn('the link names no artifact', '--materials PATH and --products PATH say what to record');
  }
  return 0;
}
