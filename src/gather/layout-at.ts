import { MlchainError } from '../errors.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Repository } from '../git/repository.ts';
import { type Envelope, parseEnvelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Layout, layoutFromJson } from '../intoto/layout.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { LayoutFacts } from '../verify/facts.ts';

/** A layout as it lies in a tree: parsed, and trusted by nobody yet. */
export interface LayoutFile {
  readonly blob: string;
  readonly envelope: Envelope;
  readonly layout: Layout;
}

/**
 * The layout in a commit's tree; undefined where there is none.
 * @throws FormatError where it is there but malformed.
 */
export async function layoutAt(repo: Repository, commit: string): Promise<LayoutFile | undefined> {
  const object = await repo.objects.read(`${commit}:${LAYOUT_PATH}`);
  if (object === undefined || object.type !== 'blob') return undefined;
  const envelope = parseEnvelope(object.data);
  return { blob: object.id, envelope, layout: layoutFromJson(envelope.signed) };
}

/** A layout file by blob id, readable or not: an unreadable one is a finding, not an accident. */
export async function layoutFacts(repo: RepositoryReader, blob: string): Promise<LayoutFacts> {
  const object = await repo.objects.read(blob);
  if (object === undefined) throw new MlchainError('incomplete', `the layout ${blob} is not in this clone`);
  try {
    return { blob, envelope: parseEnvelope(object.data) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { blob, envelope: undefined, problem: error.message };
  }
}
