import { FormatError } from '../intoto/format-error.ts';
import { isJsonObject, type Json, type JsonObject, jsonObject } from '../intoto/json-value.ts';

/** Where in-toto replaces parameters: rules and commands, never names, keys or thresholds. */
const FIELDS: ReadonlySet<string> = new Set([
  'expected_materials',
  'expected_products',
  'expected_command',
  'run',
]);

/**
 * The layout with every `{name}` in its rules and commands replaced, as in-toto's `substitute_parameters` does with
 * Python's `str.format`; `{{` and `}}` stand for braces. Python's further forms (`{0}`, `{a.b}`, `{a!r}`, `{a:>9}`) would
 * reach into objects and are refused.
 * @throws FormatError for a placeholder without a value: in-toto stops there, too.
 */
export function substituteParameters(
  layout: JsonObject,
  parameters: ReadonlyMap<string, string>,
): JsonObject {
  const inItems = (json: Json): Json =>
    Array.isArray(json) ? json.map((item) => inItem(item, parameters)) : json;
  return jsonObject(
    [...layout].map(([name, json]) => [name, name === 'steps' || name === 'inspect' ? inItems(json) : json]),
  );
}

function inItem(item: Json, parameters: ReadonlyMap<string, string>): Json {
  if (!isJsonObject(item)) return item;
  return jsonObject(
    [...item].map(([name, json]) => [name, FIELDS.has(name) ? inText(json, parameters) : json]),
  );
}

function inText(json: Json, parameters: ReadonlyMap<string, string>): Json {
  if (typeof json === 'string') return format(json, parameters);
  return Array.isArray(json) ? json.map((item) => inText(item, parameters)) : json;
}

function format(text: string, parameters: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (found, name: string | undefined) => {
    if (found === '{{') return '{';
    if (found === '}}') return '}';
    const value = name === undefined ? undefined : parameters.get(name);
    if (value !== undefined) return value;
    throw new FormatError(
      `expected a parameter for each placeholder, found ${found} in ${JSON.stringify(text)}`,
    );
  });
}
