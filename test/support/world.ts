import { createHash } from 'node:crypto';
import type { Artifact } from '../../src/artifact/kind.ts';
import { type Artifacts, sha256Hex } from '../../src/intoto/digest.ts';
import { makeEnvelope, parseEnvelope, writeEnvelope } from '../../src/intoto/envelope.ts';
import type { Json, JsonObject } from '../../src/intoto/json.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { Signature } from '../../src/intoto/signature.ts';
import type { PathDifference } from '../../src/layout/changed.ts';
import { ownersFromJson, ownersToJson } from '../../src/layout/owners.ts';
import type { Binding } from '../../src/ledger/binding.ts';
import { bindingToJson } from '../../src/ledger/binding.ts';
import { type Entry, parseNote } from '../../src/ledger/entry.ts';
import { endorsementToJson } from '../../src/ledger/statement.ts';
import type { Certificate } from '../../src/openpgp/certificate.ts';
import { readKeys } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { makeSignature } from '../../src/openpgp/own-signer.ts';
import { openSecretKey, type SecretKey } from '../../src/openpgp/secret-key.ts';
import type { Progress } from '../../src/progress.ts';
import { Ancestry } from '../../src/verify/ancestry.ts';
import type { CommitFacts, LayoutFacts, OwnersFacts, Side, Trust } from '../../src/verify/facts.ts';
import type { Finding } from '../../src/verify/finding.ts';
import { type HistoryJudgment, judgeHistory } from '../../src/verify/history.ts';
import { judgeRelease, type ReleaseJudgment } from '../../src/verify/release.ts';
import { inAYear, type LayoutText, makeLayoutJson } from './layout.ts';

/** Somebody with a real key, whose signatures carry the time that the test gives them. */
export interface Signatory {
  readonly certificate: Certificate;
  readonly fingerprint: string;
  readonly keyid: string;
  sign(bytes: Uint8Array, created: number): Signature;
}

/** Seconds: when the story of a test begins. Keys are older, and every commit comes an hour after the one before. */
export const START = Date.UTC(2026, 10, 1) / 1000;
const HOUR = 3600;

export async function makeSignatory(name: string, expires?: number): Promise<Signatory> {
  const created = START - 1000 * HOUR;
  const key = await generateKey({ name, email: `${name}@example.org`, type: 'ed25519', created, expires });
  const [transferable] = readKeys(key.armoredSecret);
  if (transferable === undefined) throw new Error('no key');
  const secret: SecretKey = openSecretKey(transferable.primary.packet);
  const { certificate } = key;
  return {
    certificate,
    fingerprint: certificate.fingerprint,
    keyid: certificate.fingerprint.toLowerCase(),
    sign: (bytes, at) => makeSignature(secret, bytes, at),
  };
}

export interface CommitText {
  readonly parents?: readonly string[];
  /** Path → content; undefined deletes. What is not named stays as in the first parent. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Id of a layout made before; null: the tree loses its layout. */
  readonly layout?: string | null;
  /** Ids of versions of the owners, the first one first. What is not given stays as in the first parent. */
  readonly owners?: readonly string[];
  readonly author?: string;
}

export interface LinkText {
  readonly step: string;
  readonly commit: string;
  readonly by: Signatory;
  readonly materials?: readonly string[] | Artifacts;
  readonly products?: readonly string[] | Artifacts;
  readonly byproducts?: JsonObject;
  readonly command?: readonly string[];
  /** Where the note lies, if not in the signer's own ref on the commit. */
  readonly ref?: string;
  readonly object?: string;
  readonly created?: number;
  readonly binding?: Partial<Binding>;
  /** Changes the line after it was signed. */
  readonly tamper?: (line: string) => string;
}

export interface OwnersText {
  readonly threshold?: number;
  readonly previous?: string;
  /** Milliseconds. */
  readonly expires?: number;
}

/** A history in memory, with real signatures: what a repository would tell the judge, without one. */
export class World {
  readonly commits: CommitFacts[] = [];
  readonly evidence: Entry[] = [];
  readonly layouts = new Map<string, LayoutFacts>();
  readonly owners: OwnersFacts[] = [];
  readonly certificates: Certificate[] = [];
  readonly #trees = new Map<string, Map<string, string>>();
  readonly #owner: Signatory;
  trust: Trust;
  now = START + 1000 * HOUR;

  constructor(owner: Signatory, others: readonly Signatory[]) {
    this.#owner = owner;
    this.trust = { owners: [owner.fingerprint], threshold: 1, id: undefined, strict: false };
    this.certificates.push(...[owner, ...others].map(({ certificate }) => certificate));
  }

  /** Signs a layout, by the owner where nobody else is named; returns its id. */
  layout(text: LayoutText, by: readonly Signatory[] = [this.#owner], created = this.time()): string {
    return this.layoutJson(makeLayoutJson({ expires: inAYear, ...text }), by, created);
  }

  layoutJson(signed: JsonObject, by: readonly Signatory[] = [this.#owner], created = this.time()): string {
    const { signedBytes } = makeEnvelope(signed, []);
    const envelope = makeEnvelope(
      signed,
      by.map((each) => each.sign(signedBytes, created)),
    );
    const blob = digest(writeEnvelope(signed, envelope.signatures));
    this.layouts.set(blob, { blob, envelope });
    return blob;
  }

  /** Signs a version of the owners; returns its id. @param previous id of the version before */
  ownersVersion(
    of: readonly Signatory[],
    by: readonly Signatory[],
    { threshold = 1, previous, expires = inAYear }: OwnersText = {},
  ): string {
    const before = this.owners.find(({ blob }) => blob === previous)?.envelope;
    const signed = ownersToJson({
      version: before === undefined ? 1 : ownersFromJson(before.signed).version + 1,
      previous: before === undefined ? null : sha256Hex(before.signedBytes),
      threshold,
      keys: new Map(of.map(({ fingerprint, certificate }) => [fingerprint, certificate.publicKey])),
      expires,
    });
    const { signedBytes } = makeEnvelope(signed, []);
    const envelope = makeEnvelope(
      signed,
      by.map((each) => each.sign(signedBytes, this.time())),
    );
    const blob = digest(writeEnvelope(signed, envelope.signatures));
    this.owners.push({ blob, envelope });
    return blob;
  }

  /** The time of the next commit, seconds. */
  time(): number {
    return START + this.commits.length * HOUR;
  }

  commit(text: CommitText = {}): string {
    const parents = text.parents ?? this.commits.slice(-1).map(({ id }) => id);
    const first = this.#facts(parents[0]);
    const tree = new Map(this.#trees.get(parents[0] ?? ''));
    for (const [path, content] of Object.entries(text.files ?? {})) {
      if (content === undefined) tree.delete(path);
      else tree.set(path, content);
    }
    const layout = text.layout === null ? undefined : (text.layout ?? first?.layout);
    const id = digest(`commit ${this.commits.length}`).slice(0, 40);
    this.#trees.set(id, tree);
    const against =
      parents.length === 0 ? [new Map<string, string>()] : parents.map((each) => this.#tree(each));
    this.commits.push({
      id,
      tree: digest(JSON.stringify([...tree])).slice(0, 40),
      parents,
      author: text.author ?? 'Somebody <somebody@example.org>',
      time: this.time(),
      subject: 'a commit',
      layout,
      owners:
        text.owners === undefined ? first?.owners : new Map(text.owners.map((blob, at) => [at + 1, blob])),
      changes: against.map((before) => differences(before, tree)),
      listing: new Map([...tree].map(([path, content]) => [path, side(content)])),
      bases: (a, b, path) => this.#bases(parents[a] ?? '', parents[b] ?? '', path),
      bystanders: new Map(),
      extras: new Map([...tree].map(([path, content]) => [path, side(content)])),
    });
    return id;
  }

  /** A link as the recorder would make it, or as an attacker would rather have it. */
  link(text: LinkText): Entry {
    const commit = this.#facts(text.commit);
    if (commit === undefined) throw new Error('no such commit');
    const binding: Binding = {
      recorder: 'post-commit',
      commit: commit.id,
      tree: commit.tree,
      parents: commit.parents,
      objectFormat: 'sha1',
      author: commit.author,
      recorded: '2026-11-01T00:00:00Z',
      changed: new Map(
        (commit.changes[0] ?? [])
          .filter(({ path }) => isNamed(text.products, path) || isNamed(text.materials, path))
          .map(({ path, before, after }) => [
            path,
            { before: before?.artifact?.digest ?? null, after: after?.artifact?.digest ?? null },
          ]),
      ),
      kinds: new Map(),
      external: [],
      rewrittenFrom: undefined,
      ...text.binding,
    };
    const signed = linkToJson({
      name: text.step,
      command: text.command ?? [],
      materials: this.#artifacts(commit.id, text.materials ?? []),
      products: this.#artifacts(commit.id, text.products ?? []),
      byproducts: text.byproducts ?? jsonObject([]),
      environment: jsonObject([['mlchain', bindingToJson(binding)]]),
    });
    return this.add(signed, text, text.object ?? commit.id);
  }

  endorse(commit: string, paths: readonly string[], by: Signatory, created = this.time()): Entry {
    const artifacts = new Map(
      paths.map((path) => [path, this.#artifacts(commit, [path]).get(path) ?? null] as const),
    );
    const signed = endorsementToJson({ commit, artifacts, reason: 'seen', recorded: '2026-11-01T00:00:00Z' });
    return this.add(signed, { by, created }, commit);
  }

  add(signed: JsonObject, how: Pick<LinkText, 'by' | 'ref' | 'created' | 'tamper'>, object: string): Entry {
    const { signedBytes } = makeEnvelope(signed as Json as JsonObject, []);
    const written = writeEnvelope(signed, [how.by.sign(signedBytes, how.created ?? this.time())]);
    const line = how.tamper?.(written) ?? written;
    parseEnvelope(line);
    const { entries, problems } = parseNote(how.ref ?? how.by.fingerprint, object, Buffer.from(`${line}\n`));
    const [entry] = entries;
    if (entry === undefined) throw new Error(problems[0]?.reason ?? 'no entry');
    this.evidence.push(entry);
    return entry;
  }

  judge(progress?: Progress): HistoryJudgment {
    const { commits, layouts, owners, certificates, evidence, trust, now } = this;
    return judgeHistory({ commits, layouts, owners, certificates, evidence, trust, now }, progress);
  }

  release(revision = this.commits.at(-1)?.id ?? ''): ReleaseJudgment {
    return judgeRelease({ history: this.judge(), revision, only: undefined, now: this.now });
  }

  /** What a commit's tree holds at a path. */
  contentAt(commit: string, path: string): string | undefined {
    return this.#tree(commit).get(path);
  }

  #facts(id: string | undefined): CommitFacts | undefined {
    return this.commits.find((commit) => commit.id === id);
  }

  #tree(id: string): Map<string, string> {
    return this.#trees.get(id) ?? new Map();
  }

  #bases(a: string, b: string, path: string): (Side | undefined)[] {
    const bases = new Ancestry(this.commits).mergeBases(a, b);
    return bases.map((base) => {
      const content = this.#tree(base).get(path);
      return content === undefined ? undefined : side(content);
    });
  }

  #artifacts(commit: string, named: readonly string[] | Artifacts): Artifacts {
    if (!Array.isArray(named)) return named as Artifacts;
    const tree = this.#tree(commit);
    const found = (named as readonly string[]).flatMap((path) => {
      const content = tree.get(path);
      return content === undefined ? [] : [[path, new Map([['sha256', digest(content)]])] as const];
    });
    return new Map(found);
  }
}

/** `violation uncovered data/train.csv`, sorted: what a test compares. */
export function summary(findings: readonly Finding[]): string[] {
  return findings.map(({ severity, code, path }) => [severity, code, path].filter(Boolean).join(' ')).sort();
}

/** Artifacts that nobody's tree has: for links that lie. */
export function artifacts(contents: Readonly<Record<string, string>>): Artifacts {
  return new Map(
    Object.entries(contents).map(([path, content]) => [path, new Map([['sha256', digest(content)]])]),
  );
}

function isNamed(named: readonly string[] | Artifacts | undefined, path: string): boolean {
  if (named === undefined) return false;
  return Array.isArray(named) ? named.includes(path) : (named as Artifacts).has(path);
}

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): PathDifference<Side>[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  return paths.map((path) => ({ path, before: sideOf(before.get(path)), after: sideOf(after.get(path)) }));
}

function sideOf(content: string | undefined): Side | undefined {
  return content === undefined ? undefined : side(content);
}

function side(content: string): Side {
  const artifact: Artifact = {
    kind: content.startsWith('-> ') ? 'symlink' : 'file',
    digest: digest(content),
  };
  return { id: digest(`blob ${content}`).slice(0, 40), artifact };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
