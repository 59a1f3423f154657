import type { Json, JsonObject } from './json-value.ts';
import { readInspection, readStep } from './layout-item-reader.ts';
import type { Layout, LayoutItem } from './layout-model.ts';
import { LayoutProblems } from './layout-problem.ts';
import { describe, expectList, expectLiteral, expectObject, expectString, refuse } from './shape.ts';
import { timestamp } from './timestamp.ts';
import { type VerificationKey, verificationKeyFromJson } from './verification-key.ts';

const SHAPE = { code: 'shape' } as const;

/**
 * Reads the signed part of a layout and checks that it makes sense: thresholds of at least one, authorised keys that
 * the layout knows, unique names, well-formed rules, an exact expiry.
 * @throws LayoutError with *all* problems.
 */
export function layoutFromJson(json: Json): Layout {
  const problems = new LayoutProblems();
  const object = problems.attempt(SHAPE, () => expectLayout(json), new Map());
  // Something else altogether: to list all that it lacks would help nobody.
  problems.throwIfAny();
  const list = (name: string): readonly Json[] =>
    problems.attempt(SHAPE, () => expectList(object.get(name), name), []);
  const layout: Layout = {
    expires: problems.attempt({ code: 'expires' }, () => parseExpires(object.get('expires')), 0),
    readme: problems.attempt(SHAPE, () => expectString(object.get('readme'), 'readme'), ''),
    keys: readKeys(object.get('keys'), problems),
    steps: list('steps').flatMap((step, at) => readStep(step, `steps[${at}]`, problems)),
    inspections: list('inspect').flatMap((inspection, at) =>
      readInspection(inspection, `inspect[${at}]`, problems),
    ),
    json: object,
  };
  checkNames([...layout.steps, ...layout.inspections], problems);
  checkKeys(layout, problems);
  problems.throwIfAny();
  return layout;
}

function expectLayout(json: Json): JsonObject {
  const object = expectObject(json, 'layout');
  expectLiteral(object.get('_type'), '_type', 'layout');
  return object;
}

/** Exactly `YYYY-MM-DDTHH:MM:SSZ`, and a time that exists: 30 February would be read as 2 March. */
function parseExpires(json: Json | undefined): number {
  const text = expectString(json, 'expires');
  const time = Date.parse(text);
  const isExact =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && !Number.isNaN(time) && timestamp(time) === text;
  return isExact ? time : refuse('expires', 'a time YYYY-MM-DDTHH:MM:SSZ', text);
}

function readKeys(json: Json | undefined, problems: LayoutProblems): ReadonlyMap<string, VerificationKey> {
  const keys = new Map<string, VerificationKey>();
  const objects: JsonObject = problems.attempt(SHAPE, () => expectObject(json, 'keys'), new Map());
  for (const [keyid, value] of objects) {
    const where = `keys[${describe(keyid)}]`;
    problems.attempt({ code: 'key' }, () => keys.set(keyid, readKey(keyid, value, where)), undefined);
  }
  return keys;
}

/** A key stands under its own key id: otherwise it could answer for another, or for two functionaries. */
function readKey(keyid: string, json: Json, where: string): VerificationKey {
  const key = verificationKeyFromJson(json, where);
  return key.keyid === keyid ? key : refuse(`${where}.keyid`, describe(keyid), key.keyid);
}

function checkNames(items: readonly LayoutItem[], problems: LayoutProblems): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (seen.has(name))
      problems.add(
        { code: 'duplicate-name', item: name },
        `expected unique names, found ${describe(name)} twice`,
      );
    seen.add(name);
  }
}

/** A step may name a subkey of a listed key; a key that nobody lists could be anybody's. */
function checkKeys({ keys, steps }: Layout, problems: LayoutProblems): void {
  const known = new Set([...keys.values()].flatMap((key) => [key.keyid, ...key.subkeys.keys()]));
  for (const { name, pubkeys } of steps) {
    for (const keyid of pubkeys.filter((authorised) => !known.has(authorised))) {
      const message = `step ${describe(name)}: expected pubkeys that are in keys, found ${keyid}`;
      problems.add({ code: 'unknown-key', item: name }, message);
    }
  }
}
