import { createHash } from 'node:crypto';
import { FormatError } from '../intoto/format-error.ts';
import type { Json, JsonObject } from '../intoto/json.ts';
import { jsonObject, parseJson, stringify } from '../intoto/json.ts';
import { expectLiteral, expectObject } from '../intoto/shape.ts';
import { expectForm, expectVersion, OBJECT_ID, SHA256, TIME } from './form.ts';

const TYPE = 'mlchain-bundle';
const VERSION = 1;

/** The first line of a bundle. Nobody signed it: what it says is what whoever wrote the bundle says. */
export interface BundleHeader {
  /** The commit whose chain it is. */
  readonly commit: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly created: string;
}

/** A file that does not even begin like a bundle. */
export class NotABundle extends FormatError {
  override readonly name = 'NotABundle';
}

/** The header with the digest of the whole bundle but itself: `created` and `commit` are not covered by a signature. */
export function sealedHeader(header: BundleHeader, rest: string | Uint8Array): string {
  return stringify(headerJson(header, [['sha256', seal(header, rest)]]), 0);
}

/**
 * @param rest everything after the line feed that ends the header
 * @throws NotABundle, or FormatError where something was altered since: what it was, nobody can say
 */
export function readHeader(line: Uint8Array, rest: Uint8Array): BundleHeader {
  const { header, sha256 } = parseHeader(line);
  const found = sealedHeader(header, rest);
  if (found === Buffer.from(line).toString('utf8')) return header;
  throw new FormatError(`expected the bundle with sha256 ${sha256}, found ${seal(header, rest)}`);
}

function parseHeader(line: Uint8Array): { header: BundleHeader; sha256: string } {
  try {
    const json = expectObject(parseJson(line), 'header');
    expectLiteral(json.get('_type'), '_type', TYPE);
    expectVersion(json.get('version'), 'version', VERSION);
    const header = {
      commit: expectForm(OBJECT_ID)(json.get('commit'), 'commit'),
      created: expectForm(TIME)(json.get('created'), 'created'),
    };
    return { header, sha256: expectForm(SHA256)(json.get('sha256'), 'sha256') };
  } catch (error) {
    if (error instanceof FormatError) throw new NotABundle(`this is no bundle: ${error.message}`);
    throw error;
  }
}

function seal(header: BundleHeader, rest: string | Uint8Array): string {
  const line = stringify(headerJson(header, []), 0);
  return createHash('sha256').update(`${line}\n`).update(rest).digest('hex');
}

function headerJson(
  { commit, created }: BundleHeader,
  more: readonly (readonly [string, Json])[],
): JsonObject {
  return jsonObject([
    ['_type', TYPE],
    ['version', VERSION],
    ['commit', commit],
    ['created', created],
    ...more,
  ]);
}
