import type { Json, JsonObject } from './json-value.ts';
import type { Inspection, LayoutItem, Step } from './layout-model.ts';
import type { LayoutProblems } from './layout-problem.ts';
import { type ArtifactList, type ArtifactRule, parseRule } from './rule.ts';
import {
  describe,
  expectInteger,
  expectKeyid,
  expectList,
  expectLiteral,
  expectObject,
  expectString,
  expectStrings,
} from './shape.ts';

/** One step, or none where there is no object to read it from. */
export function readStep(json: Json, where: string, problems: LayoutProblems): readonly Step[] {
  return readObject(json, where, problems).map((object) => stepFrom(object, where, problems));
}

function stepFrom(object: JsonObject, where: string, problems: LayoutProblems): Step {
  const item = readItem(object, where, 'step', problems);
  const place = { code: 'shape', item: item.name } as const;
  return {
    ...item,
    expectedCommand: problems.attempt(place, () => strings(object, where, 'expected_command'), []),
    threshold: readThreshold(object.get('threshold'), item.name, where, problems),
    pubkeys: problems.attempt(place, () => readKeyids(object.get('pubkeys'), `${where}.pubkeys`), []),
  };
}

/** One inspection, or none where there is no object to read it from. */
export function readInspection(json: Json, where: string, problems: LayoutProblems): readonly Inspection[] {
  return readObject(json, where, problems).map((object) => inspectionFrom(object, where, problems));
}

function inspectionFrom(object: JsonObject, where: string, problems: LayoutProblems): Inspection {
  const item = readItem(object, where, 'inspection', problems);
  return {
    ...item,
    run: problems.attempt({ code: 'shape', item: item.name }, () => strings(object, where, 'run'), []),
  };
}

function readObject(json: Json, where: string, problems: LayoutProblems): readonly JsonObject[] {
  return problems.attempt({ code: 'shape' }, () => [expectObject(json, where)], []);
}

function strings(object: JsonObject, where: string, field: string): readonly string[] {
  return expectStrings(object.get(field), `${where}.${field}`);
}

function readKeyids(json: Json | undefined, where: string): readonly string[] {
  return expectList(json, where).map((keyid, at) => expectKeyid(keyid, `${where}[${at}]`));
}

/** A threshold of 0 would let a step pass with nobody's signature; `true` is 1 to Python and nothing to us. */
function readThreshold(
  json: Json | undefined,
  item: string,
  where: string,
  problems: LayoutProblems,
): number {
  return problems.attempt({ code: 'threshold', item }, () => expectInteger(json, `${where}.threshold`, 1), 1);
}

function readItem(
  object: JsonObject,
  where: string,
  type: 'step' | 'inspection',
  problems: LayoutProblems,
): LayoutItem {
  const name = problems.attempt(
    { code: 'shape' },
    () => expectString(object.get('name'), `${where}.name`),
    '',
  );
  problems.attempt(
    { code: 'shape', item: name },
    () => expectLiteral(object.get('_type'), `${where}._type`, type),
    undefined,
  );
  return {
    name,
    expectedMaterials: readRules(object.get('expected_materials'), name, 'materials', problems),
    expectedProducts: readRules(object.get('expected_products'), name, 'products', problems),
  };
}

function readRules(
  json: Json | undefined,
  item: string,
  list: ArtifactList,
  problems: LayoutProblems,
): readonly ArtifactRule[] {
  const where = `${describe(item)}.expected_${list}`;
  const place = { code: 'rule', item, list } as const;
  const rules: ArtifactRule[] = [];
  problems
    .attempt(place, () => expectList(json, where), [])
    .forEach((rule, at) => {
      problems.attempt(place, () => rules.push(parseRule(rule, `${where}[${at}]`)), 0);
    });
  return rules;
}
