import { sha256Hex } from '../intoto/digest.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Owners, ownersFromJson } from '../layout/owners.ts';
import type { Ancestry } from './ancestry.ts';
import type { CommitFacts, OwnersFacts, OwnersFiles, Trust } from './facts.ts';
import type { Finding } from './finding.ts';
import type { KeyBook } from './key-book.ts';
import { ownersOf } from './layout-trust.ts';

/** A version that can be read. */
interface Version {
  readonly envelope: Envelope;
  /** SHA-256 of the signed part: what the next version calls `previous`. */
  readonly content: string;
  readonly owners: Owners;
}

/** Who the owners are at a commit. */
export interface OwnersInForce {
  /** 0: those that are pinned. */
  readonly version: number;
  readonly content: string | undefined;
  readonly trust: Trust;
  /** Milliseconds; undefined for those that are pinned. */
  readonly expires: number | undefined;
  /** Why what the commit's own tree says of them is not believed; then its parents' owners are. */
  readonly refusal: string | undefined;
}

export interface OwnersCourt {
  readonly keys: KeyBook;
  /** Pinned. */
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
}

/**
 * All versions of the owners that are known, and which of them to believe (`product.md` §3, "rotation"). Trust starts
 * at any version that the pinned threshold signed; from there it goes on to each next one that its own threshold and
 * the one before's have signed (threat 30), and back to those that a believed one calls its `previous`.
 */
export class OwnersBook {
  readonly #court: OwnersCourt;
  readonly #byBlob = new Map<string, Version | string>();
  readonly #believed = new Map<string, Version>();
  readonly #chains = new WeakMap<OwnersFiles, readonly Version[] | string>();

  constructor(files: Iterable<OwnersFacts>, court: OwnersCourt) {
    this.#court = court;
    for (const file of files) this.#byBlob.set(file.blob, readVersion(file));
    this.#believe();
  }

  /** Who the owners were before there was a first version: those pinned, or whom a believed first version names. */
  beforeFirst(): readonly Trust[] {
    const firsts = [...this.#believed.values()].filter(({ owners }) => owners.version === 1);
    return [this.#court.trust, ...firsts.map((first) => this.#trustOf(first))];
  }

  /** What a tree says, given what its parents said: the number never falls, and no version is ever another. */
  inForce(files: OwnersFiles | undefined, parents: readonly OwnersInForce[]): OwnersInForce {
    const before = parents.reduce<OwnersInForce>(
      (best, each) => (each.version > best.version ? each : best),
      this.#pinned(),
    );
    const chain = files === undefined || files.size === 0 ? [] : this.#chainOf(files);
    if (typeof chain === 'string') return { ...before, refusal: chain };
    const lost = parents.find(
      ({ version, content }) => version > 0 && chain[version - 1]?.content !== content,
    );
    if (lost !== undefined) {
      const refusal = `version ${lost.version} of the owners, which was in force before, is gone or another`;
      return { ...before, refusal };
    }
    const newest = chain.at(-1);
    if (newest === undefined) return { ...before, refusal: undefined };
    const { owners, content } = newest;
    const { version, expires } = owners;
    return { version, content, trust: this.#trustOf(newest), expires, refusal: undefined };
  }

  #pinned(): OwnersInForce {
    const { trust } = this.#court;
    return { version: 0, content: undefined, trust, expires: undefined, refusal: undefined };
  }

  #trustOf({ owners }: Version): Trust {
    return { ...this.#court.trust, owners: [...owners.keys.keys()], threshold: owners.threshold };
  }

  #chainOf(files: OwnersFiles): readonly Version[] | string {
    const known = this.#chains.get(files) ?? this.#readChain(files);
    this.#chains.set(files, known);
    return known;
  }

  /** All versions stay in the tree, each naming the one before; of the newest the others need not be signed again. */
  #readChain(files: OwnersFiles): readonly Version[] | string {
    const chain: Version[] = [];
    for (let number = 1; number <= files.size; number++) {
      const version =
        this.#byBlob.get(files.get(number) ?? '') ?? `version ${number} of the owners is missing`;
      if (typeof version === 'string') return version;
      if (version.owners.version !== number) {
        return `${number}.json says that it is version ${version.owners.version} of the owners`;
      }
      if (version.owners.previous !== (chain.at(-1)?.content ?? null)) {
        return `version ${number} of the owners names another one before it`;
      }
      chain.push(version);
    }
    const newest = chain.at(-1);
    if (newest === undefined || this.#believed.has(newest.content)) return chain;
    return `version ${newest.owners.version} of the owners is not signed by enough of those before it and its own`;
  }

  #believe(): void {
    const versions = [...this.#byBlob.values()].filter((each) => typeof each !== 'string');
    for (let found = true; found; ) {
      const next = versions.filter((each) => !this.#believed.has(each.content) && this.#isBelievable(each));
      for (const each of next) this.#believed.set(each.content, each);
      found = next.length > 0;
    }
  }

  #isBelievable(version: Version): boolean {
    return this.#isStart(version) || this.#follows(version) || this.#isPrevious(version);
  }

  /** Every version after the first has shown that its own owners can sign, whoever else did. */
  #isStart(version: Version): boolean {
    const isOwn = version.owners.version === 1 || this.#isSignedBy(version, this.#trustOf(version));
    return isOwn && this.#isSignedBy(version, this.#court.trust);
  }

  #follows(version: Version): boolean {
    const before = this.#believed.get(version.owners.previous ?? '');
    if (before === undefined || before.owners.version !== version.owners.version - 1) return false;
    return (
      this.#isSignedBy(version, this.#trustOf(before)) && this.#isSignedBy(version, this.#trustOf(version))
    );
  }

  #isPrevious({ content, owners }: Version): boolean {
    return [...this.#believed.values()].some((later) => {
      return later.owners.previous === content && later.owners.version === owners.version + 1;
    });
  }

  #isSignedBy({ envelope }: Version, trust: Trust): boolean {
    const { keys, now } = this.#court;
    return ownersOf(envelope, keys, trust, now).good.size >= trust.threshold;
  }
}

export function ownersInForce(
  commits: readonly CommitFacts[],
  book: OwnersBook,
): ReadonlyMap<string, OwnersInForce> {
  const inForce = new Map<string, OwnersInForce>();
  for (const { id, parents, owners } of commits) {
    const before = parents.flatMap((parent) => inForce.get(parent) ?? []);
    inForce.set(id, book.inForce(owners, before));
  }
  return inForce;
}

/** Told at the commit that brought it, not at each that inherits it; a warning once a descendant has them right. */
export function ownersFindings(
  commits: readonly CommitFacts[],
  inForce: ReadonlyMap<string, OwnersInForce>,
  ancestry: Ancestry,
): Finding[] {
  const isRight = (id: string) => inForce.get(id)?.refusal === undefined && inForce.get(id)?.version !== 0;
  return commits.flatMap(({ id, parents, author }) => {
    const refusal = inForce.get(id)?.refusal;
    const isInherited = parents.some((parent) => inForce.get(parent)?.refusal === refusal);
    if (refusal === undefined || isInherited) return [];
    const isMended = commits.some((later) => isRight(later.id) && ancestry.isAncestor(id, later.id));
    const severity = isMended ? 'warning' : 'violation';
    return [
      { code: 'owners-untrusted', severity, commit: id, author, path: '.mlchain/owners', detail: refusal },
    ];
  });
}

function readVersion(file: OwnersFacts): Version | string {
  if (file.envelope === undefined) return file.problem;
  try {
    const owners = ownersFromJson(file.envelope.signed);
    return { envelope: file.envelope, content: sha256Hex(file.envelope.signedBytes), owners };
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
