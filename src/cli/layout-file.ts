import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { readText, writeWhole } from '../hooks/file.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { parseEnvelope, writeEnvelopeFile } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { Layout } from '../intoto/layout.ts';
import { layoutFromJson } from '../intoto/layout.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';

/** The layout in the work tree, which the `layout` commands work on. Nothing about it is trusted yet. */
export interface LayoutFile {
  readonly envelope: Envelope;
  readonly layout: Layout;
}

export function requireWorkTree({ workTree }: Repository): string {
  if (workTree !== undefined) return workTree;
  throw new MlchainError('input', 'this repository is bare: there is no work tree to keep a layout in', {
    hint: 'run the command in a clone',
  });
}

/**
 * Undefined where there is none.
 * @throws FormatError when it is no envelope at all
 */
export async function readLayoutEnvelope(workTree: string): Promise<Envelope | undefined> {
  const text = await readText(path.join(workTree, LAYOUT_PATH));
  if (text === undefined) return undefined;
  try {
    return parseEnvelope(text);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new MlchainError('input', `${LAYOUT_PATH}: ${cause.message}`, {
      hint: `'git checkout HEAD -- ${LAYOUT_PATH}' restores the committed one`,
      cause,
    });
  }
}

export async function requireLayoutEnvelope(workTree: string): Promise<Envelope> {
  const envelope = await readLayoutEnvelope(workTree);
  if (envelope !== undefined) return envelope;
  throw new MlchainError('input', `there is no layout: ${LAYOUT_PATH}`, {
    hint: "'git mlchain layout new' drafts one from .mlchainrc",
  });
}

/** @throws MlchainError input: there is none, or it is malformed */
export async function requireLayout(workTree: string): Promise<LayoutFile> {
  const envelope = await requireLayoutEnvelope(workTree);
  try {
    return { envelope, layout: layoutFromJson(envelope.signed) };
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new MlchainError('input', `${LAYOUT_PATH}: ${cause.message}`, {
      hint: "'git mlchain layout check' lists all that is wrong",
      cause,
    });
  }
}

/** Written as in-toto writes it, by rename. */
export async function writeLayout(
  workTree: string,
  { signed, signatures }: Pick<Envelope, 'signed' | 'signatures'>,
): Promise<void> {
  await writeWhole(path.join(workTree, LAYOUT_PATH), writeEnvelopeFile(signed, signatures), 0o644);
}
