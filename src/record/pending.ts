import type { Artifact, ArtifactKind, Listing } from '../artifact/kind.ts';
import type { Json, JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import { expectList, expectObject, expectString, expectStrings, refuse } from '../intoto/shape.ts';
import type { RunWork } from './bind.ts';
import type { StepFileFormat } from './step-files.ts';

interface Begun {
  readonly step: string;
  /** What the step took, under the names of the link. */
  readonly materials: Listing;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly started: string;
}

/** The start of bracketed work (`record --start`). */
export interface Started extends Begun {
  /** The materials file by file: to see, when the work is done, whether one has changed. */
  readonly files: Listing;
}

/** A link of work that was seen being done and waits for the commit that holds its products (`product.md` §4.2). */
export interface Pending extends Begun, RunWork {
  /** `YYYY-MM-DDTHH:MM:SSZ`, when the products were listed. */
  readonly ended: string;
  readonly recorder: 'run' | 'record';
  readonly command: readonly string[];
  /** As the link will have it: empty where no command was run. */
  readonly byproducts: JsonObject;
}

const VERSION = 1;

export const startedFormat: StepFileFormat<Started> = {
  toJson: (started) => jsonObject([...begunEntries(started), ['files', listingToJson(started.files)]]),
  fromJson(json) {
    const object = expectObject(json, 'started');
    return { ...begunFrom(object), files: listingFrom(object.get('files'), 'files') };
  },
};

export const pendingFormat: StepFileFormat<Pending> = {
  toJson: (pending) =>
    jsonObject([
      ...begunEntries(pending),
      ['ended', pending.ended],
      ['recorder', pending.recorder],
      ['command', pending.command],
      ['byproducts', pending.byproducts],
      ['products', listingToJson(pending.products)],
      ['ignored', [...pending.ignored]],
      ['bindAnyway', pending.bindAnyway],
    ]),
  fromJson(json) {
    const object = expectObject(json, 'pending');
    return {
      ...begunFrom(object),
      ended: expectString(object.get('ended'), 'ended'),
      recorder: object.get('recorder') === 'record' ? 'record' : 'run',
      command: expectStrings(object.get('command'), 'command'),
      byproducts: expectObject(object.get('byproducts'), 'byproducts'),
      products: listingFrom(object.get('products'), 'products'),
      ignored: new Set(expectStrings(object.get('ignored'), 'ignored')),
      bindAnyway: object.get('bindAnyway') === true,
    };
  },
};

function begunEntries({ step, materials, started }: Begun): [string, Json][] {
  return [
    ['version', VERSION],
    ['step', step],
    ['started', started],
    ['materials', listingToJson(materials)],
  ];
}

function begunFrom(object: JsonObject): Begun {
  if (object.get('version') !== VERSION) refuse('version', `${VERSION}`, object.get('version'));
  return {
    step: expectString(object.get('step'), 'step'),
    started: expectString(object.get('started'), 'started'),
    materials: listingFrom(object.get('materials'), 'materials'),
  };
}

function listingToJson(listing: Listing): JsonObject {
  return jsonObject([...listing].map(([name, { kind, digest }]) => [name, [kind, digest]]));
}

function listingFrom(json: Json | undefined, where: string): Listing {
  return new Map([...expectObject(json, where)].map(([name, value]) => [name, artifactFrom(value, where)]));
}

function artifactFrom(json: Json, where: string): Artifact {
  const [kind, digest] = expectList(json, where);
  return { kind: kindFrom(kind, where), digest: expectString(digest, where) };
}

function kindFrom(json: Json | undefined, where: string): ArtifactKind {
  const kind = expectString(json, where);
  return isKind(kind) ? kind : refuse(where, 'a kind of artifact', kind);
}

function isKind(text: string): text is ArtifactKind {
  return /^(file|lfs|symlink|submodule|dvc:.*)$/s.test(text);
}
