import type { DigestSet } from '../intoto/digest.ts';
import type { Json, JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import { expectLiteral, expectObject, expectString } from '../intoto/shape.ts';
import {
  CONTENT,
  ENDORSED,
  expectBoolean,
  expectForm,
  expectListOf,
  expectMapOf,
  expectVersion,
  OBJECT_ID,
  orNull,
  SHA256,
  TIME,
} from './form.ts';

const VERSION = 1;

/** The owners' word that paths at a commit are as they should be (`product.md` §6.5, `formats.md` §5). */
export interface Endorsement {
  readonly commit: string;
  /** The content that is endorsed; `null`: the path is rightly gone. */
  readonly artifacts: ReadonlyMap<string, DigestSet | null>;
  readonly reason: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`, as the signer's clock said. */
  readonly recorded: string;
}

/** Somebody's word that artifacts are bad, or that an earlier such word no longer holds (`product.md` §6.6). */
export interface Revocation {
  readonly commit: string;
  /** Path → the revoked digests; `dvc:<md5>` of what DVC tracks. */
  readonly artifacts: ReadonlyMap<string, readonly string[]>;
  /** Whether links bound to the commit are void too. */
  readonly wholeCommit: boolean;
  /** SHA-256 of the revocation line that this one lifts. */
  readonly undo: string | null;
  readonly reason: string;
  readonly recorded: string;
}

/** @throws FormatError. `signed` is the signed part of an envelope whose `_type` is `endorsement`. */
export function endorsementFromJson(signed: Json): Endorsement {
  const read = reader(signed, 'endorsement');
  return {
    commit: read('commit', expectForm(OBJECT_ID)),
    artifacts: read('artifacts', expectMapOf(orNull(expectMapOf(expectForm(ENDORSED))))),
    reason: read('reason', expectString),
    recorded: read('recorded', expectForm(TIME)),
  };
}

/** @throws FormatError. `signed` is the signed part of an envelope whose `_type` is `revocation`. */
export function revocationFromJson(signed: Json): Revocation {
  const read = reader(signed, 'revocation');
  return {
    commit: read('commit', expectForm(OBJECT_ID)),
    artifacts: read('artifacts', expectMapOf(expectListOf(expectForm(CONTENT)))),
    wholeCommit: read('wholeCommit', expectBoolean),
    undo: read('undo', orNull(expectForm(SHA256))),
    reason: read('reason', expectString),
    recorded: read('recorded', expectForm(TIME)),
  };
}

function reader(signed: Json, type: string) {
  const object = expectObject(signed, type);
  expectLiteral(object.get('_type'), `${type}._type`, type);
  expectVersion(object.get('version'), `${type}.version`, VERSION);
  return <T>(name: string, guard: (json: Json | undefined, where: string) => T): T =>
    guard(object.get(name), `${type}.${name}`);
}

export function endorsementToJson(endorsement: Endorsement): JsonObject {
  const artifacts = [...endorsement.artifacts].map(
    ([path, digests]) => [path, digests === null ? null : jsonObject(digests)] as const,
  );
  return jsonObject([
    ['_type', 'endorsement'],
    ['version', VERSION],
    ['commit', endorsement.commit],
    ['artifacts', jsonObject(artifacts)],
    ['reason', endorsement.reason],
    ['recorded', endorsement.recorded],
  ]);
}

export function revocationToJson(revocation: Revocation): JsonObject {
  return jsonObject([
    ['_type', 'revocation'],
    ['version', VERSION],
    ['commit', revocation.commit],
    ['artifacts', jsonObject(revocation.artifacts)],
    ['wholeCommit', revocation.wholeCommit],
    ['undo', revocation.undo],
    ['reason', revocation.reason],
    ['recorded', revocation.recorded],
  ]);
}
