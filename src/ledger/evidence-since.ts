import { changedNotes } from '../git/notes.ts';
import type { Repository } from '../git/repository.ts';
import { linesOf } from './note.ts';
import type { EvidenceRef, EvidenceRefs, StoredNote } from './read-notes.ts';
import { readNotes } from './read-notes.ts';

/** More than that is read as fast from the beginning. */
const MOST_NOTES = 1000;

export interface EvidenceSince {
  /** Annotated objects whose notes are not the same as before. */
  readonly touched: ReadonlySet<string>;
  /** Those on which there are new lines. */
  readonly grown: ReadonlySet<string>;
}

/**
 * What came since this clone's evidence lay in `before`. What is equal in both is not read, so the cost is that of the
 * difference. Undefined where a line is gone, or where too much is new.
 * @throws MlchainError `incomplete` where a notes commit of then is not here any more
 */
export async function evidenceSince(
  repo: Repository,
  before: readonly EvidenceRef[],
  now: readonly EvidenceRef[],
): Promise<EvidenceSince | undefined> {
  const touched = await touchedObjects(repo, before, now);
  if (touched === undefined) return undefined;
  if (touched.size === 0) return { touched, grown: touched };
  const old = await linesIn(repo, { refs: before, problems: [] }, touched);
  const present = await linesIn(repo, { refs: now, problems: [] }, touched);
  if (old === undefined || present === undefined) return undefined;
  for (const [object, lines] of old) {
    for (const line of lines) if (!present.get(object)?.has(line)) return undefined;
  }
  const grown = [...present].filter(([object, lines]) => lines.size > (old.get(object)?.size ?? 0));
  return { touched, grown: new Set(grown.map(([object]) => object)) };
}

/**
 * Of each notes commit that came or went it is asked where it differs from one that stayed or took its place: elsewhere
 * all lines are in both, whatever other refs hold. The same ref's is the one that differs least.
 */
async function touchedObjects(
  repo: Repository,
  before: readonly EvidenceRef[],
  now: readonly EvidenceRef[],
): Promise<ReadonlySet<string> | undefined> {
  const came = now
    .filter((each) => !isAmong(each, before))
    .map((each) => [counterpart(each, before), each.tip]);
  const went = before.filter((each) => !isAmong(each, now)).map((each) => [each.tip, counterpart(each, now)]);
  const pairs = new Map([...came, ...went].map(([one, other]) => [`${one} ${other}`, [one, other] as const]));
  const touched = new Set<string>();
  for (const [one, other] of pairs.values()) {
    for await (const { object } of changedNotes(repo, one, other)) {
      touched.add(object);
      if (touched.size > MOST_NOTES) return undefined;
    }
  }
  return touched;
}

function isAmong({ signer, tip }: EvidenceRef, others: readonly EvidenceRef[]): boolean {
  return others.some((other) => other.signer === signer && other.tip === tip);
}

function counterpart({ signer, ref }: EvidenceRef, others: readonly EvidenceRef[]): string | undefined {
  const ofSigner = others.filter((other) => other.signer === signer);
  return (ofSigner.find((other) => other.ref === ref) ?? ofSigner[0])?.tip;
}

/** Undefined where a note could not be read whole: nobody can tell what it says. */
async function linesIn(
  repo: Repository,
  evidence: EvidenceRefs,
  objects: ReadonlySet<string>,
): Promise<Map<string, ReadonlySet<string>> | undefined> {
  const { notes, problems } = await readNotes(repo, evidence, objects);
  if (problems.length > 0) return undefined;
  const lines = new Map<string, ReadonlySet<string>>();
  for (const [object, stored] of notes) {
    const found = stored.map(linesOfNote);
    if (found.some((each) => each === undefined)) return undefined;
    lines.set(object, new Set(found.flatMap((each) => each ?? [])));
  }
  return lines;
}

function linesOfNote({ signer, data }: StoredNote): readonly string[] | undefined {
  const { lines, skipped } = linesOf(data);
  if (skipped.length > 0) return undefined;
  return lines.map(({ bytes }) => `${signer} ${bytes.toString('latin1')}`);
}
