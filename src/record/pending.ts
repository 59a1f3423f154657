import { listingFrom, listingToText } from '../artifact/listing-text.ts';
import type { Json, JsonObject } from '../intoto/json.ts';
import { stringify } from '../intoto/json.ts';
import { expectObject, expectString, expectStrings, refuse } from '../intoto/shape.ts';
import type { RunWork } from './bind.ts';
import type { Files } from './patterns.ts';
import type { StepFileFormat } from './step-files.ts';

interface Begun {
  readonly step: string;
  /** What the step took, under the names of the link. */
  readonly materials: Files;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly started: string;
}

/** The start of bracketed work (`record --start`). */
export interface Started extends Begun {
  /** The materials file by file: to see, when the work is done, whether one has changed. */
  readonly files: Files;
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
  toText: (started) => objectText([...begunEntries(started), ['files', listingToText(started.files)]]),
  fromJson(json) {
    const object = expectObject(json, 'started');
    return { ...begunFrom(object), files: listingFrom(object.get('files'), 'files') };
  },
};

export const pendingFormat: StepFileFormat<Pending> = {
  toText: (pending) =>
    objectText([
      ...begunEntries(pending),
      ['ended', text(pending.ended)],
      ['recorder', text(pending.recorder)],
      ['command', text(pending.command)],
      ['byproducts', text(pending.byproducts)],
      ['products', listingToText(pending.products)],
      ['ignored', text([...pending.ignored])],
      ['bindAnyway', text(pending.bindAnyway)],
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

type Entry = readonly [name: string, text: string];

function begunEntries({ step, materials, started }: Begun): Entry[] {
  return [
    ['version', text(VERSION)],
    ['step', text(step)],
    ['started', text(started)],
    ['materials', listingToText(materials)],
  ];
}

function objectText(entries: readonly Entry[]): string {
  return `{${entries.map(([name, value]) => `${text(name)}:${value}`).join(',')}}`;
}

function text(json: Json): string {
  return stringify(json, 0);
}

function begunFrom(object: JsonObject): Begun {
  if (object.get('version') !== VERSION) refuse('version', `${VERSION}`, object.get('version'));
  return {
    step: expectString(object.get('step'), 'step'),
    started: expectString(object.get('started'), 'started'),
    materials: listingFrom(object.get('materials'), 'materials'),
  };
}
