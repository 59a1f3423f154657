/** JSON as in-toto signs it and writes it: values, reading, writing. Its canonical form is `canonical.ts`. */
export { parseDocument, parseJson } from './json-reader.ts';
export type { Json, JsonObject } from './json-value.ts';
export { jsonObject } from './json-value.ts';
export { stringify } from './json-writer.ts';
