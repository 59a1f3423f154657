import type { Json, JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import type { Link } from '../intoto/link.ts';
import { expectObject, expectString, expectStrings } from '../intoto/shape.ts';
import {
  CONTENT,
  expectForm,
  expectListOf,
  expectMapOf,
  expectOneOf,
  expectVersion,
  orNull,
  SHA1_ID,
  SHA256_ID,
  TIME,
} from './form.ts';

const VERSION = 1;
const WHERE = 'environment.mlchain';
const RECORDERS = ['post-commit', 'run', 'record', 'post-rewrite'] as const;

/** Which of our ways of recording made the link. */
export type Recorder = (typeof RECORDERS)[number];

/** What a commit did to one path: digests of the content, `dvc:<md5>` of what DVC tracks, `null` where there was none. */
export interface PathChange {
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * What binds a link to a commit: `environment.mlchain` (`formats.md` §3). It stands in `environment` because in-toto
 * signs that whole and drops fields that it does not know anywhere else.
 */
export interface Binding {
  readonly recorder: Recorder;
  /** Object ids in the repository's own format. */
  readonly commit: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly objectFormat: 'sha1' | 'sha256';
  /** Of the commit, `Name <email>`: foreign text. */
  readonly author: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`: what the recorder's clock said. Proves nothing; the signature has a time of its own. */
  readonly recorded: string;
  /** The paths under the step's control that the commit changed against its first parent: what a carried link covers. */
  readonly changed: ReadonlyMap<string, PathChange>;
  /** Kinds of the artifacts that are not plain files (`artifact/kind.ts`). */
  readonly kinds: ReadonlyMap<string, string>;
  /** Products that the commit's tree does not hold. */
  readonly external: readonly string[];
  /** The commit that this one was rewritten from, where post-rewrite signed again. */
  readonly rewrittenFrom: string | undefined;
}

/**
 * The binding of a link; undefined for one that binds to no commit (in-toto-run made it).
 * @throws FormatError where it is there but not as `formats.md` §3 says: a half-understood binding binds nothing.
 */
export function bindingOf(link: Link): Binding | undefined {
  const json = link.environment.get('mlchain');
  return json === undefined ? undefined : bindingFromJson(json);
}

function bindingFromJson(json: Json): Binding {
  const object = expectObject(json, WHERE);
  const read = <T>(name: string, guard: (json: Json | undefined, where: string) => T) =>
    guard(object.get(name), `${WHERE}.${name}`);
  expectVersion(object.get('version'), `${WHERE}.version`, VERSION);
  const objectFormat = read('objectFormat', expectOneOf(['sha1', 'sha256']));
  const expectId = expectForm(objectFormat === 'sha1' ? SHA1_ID : SHA256_ID);
  return {
    recorder: read('recorder', expectOneOf(RECORDERS)),
    commit: read('commit', expectId),
    tree: read('tree', expectId),
    parents: read('parents', expectListOf(expectId)),
    objectFormat,
    author: read('author', expectString),
    recorded: read('recorded', expectForm(TIME)),
    changed: read('changed', expectMapOf(pathChange)),
    kinds: object.has('kinds') ? read('kinds', expectMapOf(expectString)) : new Map(),
    external: object.has('external') ? read('external', expectStrings) : [],
    rewrittenFrom: object.has('rewrittenFrom') ? read('rewrittenFrom', expectId) : undefined,
  };
}

function pathChange(json: Json | undefined, where: string): PathChange {
  const object = expectObject(json, where);
  const expectDigest = orNull(expectForm(CONTENT));
  return {
    before: expectDigest(object.get('before'), `${where}.before`),
    after: expectDigest(object.get('after'), `${where}.after`),
  };
}

/** The value of `environment.mlchain`. Empty `kinds` and `external` are left out: most links have neither. */
export function bindingToJson(binding: Binding): JsonObject {
  const { kinds, external, rewrittenFrom } = binding;
  const changed = [...binding.changed].map(
    ([path, { before, after }]) => [path, jsonObject(Object.entries({ before, after }))] as const,
  );
  return jsonObject([
    ['version', VERSION],
    ['recorder', binding.recorder],
    ['commit', binding.commit],
    ['tree', binding.tree],
    ['parents', binding.parents],
    ['objectFormat', binding.objectFormat],
    ['author', binding.author],
    ['recorded', binding.recorded],
    ['changed', jsonObject(changed)],
    ...(kinds.size === 0 ? [] : [['kinds', jsonObject(kinds)] as const]),
    ...(external.length === 0 ? [] : [['external', external] as const]),
    ...(rewrittenFrom === undefined ? [] : [['rewrittenFrom', rewrittenFrom] as const]),
  ]);
}
