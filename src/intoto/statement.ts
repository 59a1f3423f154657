import type { Artifacts, DigestSet } from './digest.ts';
import { type Json, type JsonObject, jsonObject } from './json-value.ts';
import type { Link } from './link.ts';

/** in-toto attestation framework, `spec/v1/statement.md`. */
const STATEMENT = 'https://in-toto.io/Statement/v1';
/** `spec/predicates/link.md`. */
const LINK = 'https://in-toto.io/attestation/link/v0.3';

/** `spec/v1/resource_descriptor.md`: at least one of `uri` and `digest`. */
export interface ResourceDescriptor {
  readonly name?: string | undefined;
  readonly uri?: string | undefined;
  readonly digest?: DigestSet | undefined;
}

export interface StatementParts {
  /** Each with a digest, and with a name of its own. */
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: string;
  readonly predicate: JsonObject;
}

export function statementToJson({ subject, predicateType, predicate }: StatementParts): JsonObject {
  return jsonObject([
    ['_type', STATEMENT],
    ['subject', subject.map(descriptorToJson)],
    ['predicateType', predicateType],
    ['predicate', predicate],
  ]);
}

export function descriptorToJson({ name, uri, digest }: ResourceDescriptor): JsonObject {
  const entries: (readonly [string, Json])[] = [];
  if (name !== undefined) entries.push(['name', name]);
  if (uri !== undefined) entries.push(['uri', uri]);
  if (digest !== undefined) entries.push(['digest', jsonObject(digest)]);
  return jsonObject(entries);
}

/** Artifacts as a list, in the order of the link. */
export function descriptorsOf(artifacts: Artifacts): readonly ResourceDescriptor[] {
  return [...artifacts].map(([name, digest]) => ({ name, digest }));
}

/**
 * A link in the form of the attestation framework: the products are the subject, the rest the predicate.
 * @param subject where the link has no products, since a statement has to be about something
 */
export function linkStatement(link: Link, subject: ResourceDescriptor): JsonObject {
  return statementToJson({
    subject: link.products.size > 0 ? descriptorsOf(link.products) : [subject],
    predicateType: LINK,
    predicate: jsonObject([
      ['name', link.name],
      ['command', link.command],
      ['materials', descriptorsOf(link.materials).map(descriptorToJson)],
      ['byproducts', link.byproducts],
      ['environment', link.environment],
    ]),
  });
}
