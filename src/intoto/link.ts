import { type Artifacts, artifactsFromJson } from './digest.ts';
import { type Json, type JsonObject, jsonObject } from './json-value.ts';
import { expectLiteral, expectObject, expectString, expectStrings } from './shape.ts';

/** Evidence that a step was performed (in-toto specification §4.4). */
export interface Link {
  readonly name: string;
  readonly command: readonly string[];
  readonly materials: Artifacts;
  readonly products: Artifacts;
  readonly byproducts: JsonObject;
  readonly environment: JsonObject;
  /** What was read, unknown fields included: this is what is signed. */
  readonly json: JsonObject;
}

export interface LinkParts {
  readonly name: string;
  readonly command: readonly string[];
  readonly materials: Artifacts;
  readonly products: Artifacts;
  readonly byproducts: JsonObject;
  readonly environment: JsonObject;
}

/**
 * Reads the signed part of a link. Every field has to be there: in-toto fills in what is missing before it checks
 * the signature, so a link without one means something else to each reader.
 * @throws FormatError
 */
export function linkFromJson(json: Json, where = 'link'): Link {
  const object = expectObject(json, where);
  expectLiteral(object.get('_type'), `${where}._type`, 'link');
  return {
    name: expectString(object.get('name'), `${where}.name`),
    command: expectStrings(object.get('command'), `${where}.command`),
    materials: artifactsFromJson(object.get('materials'), `${where}.materials`),
    products: artifactsFromJson(object.get('products'), `${where}.products`),
    byproducts: expectObject(object.get('byproducts'), `${where}.byproducts`),
    environment: expectObject(object.get('environment'), `${where}.environment`),
    json: object,
  };
}

export function linkToJson(parts: LinkParts): JsonObject {
  return jsonObject([
    ['_type', 'link'],
    ['name', parts.name],
    ['command', parts.command],
    ['materials', parts.materials],
    ['products', parts.products],
    ['byproducts', parts.byproducts],
    ['environment', parts.environment],
  ]);
}

/** The `return-value` that the link records; undefined when no command ran. Anything but 0 is a failure. */
export function returnValue(link: Link): Json | undefined {
  return link.byproducts.get('return-value');
}
