import { type Json, parseJson, stringify } from '../intoto/json.ts';
import { expectList, expectObject, expectString, refuse } from '../intoto/shape.ts';
import type { Artifact, ArtifactKind, Listing } from './kind.ts';

/** JSON in ASCII, `{"path":["kind","digest"],…}`, in the order of the listing. */
export function listingToText(listing: ReadonlyMap<string, Artifact>): string {
  if (listing instanceof WrittenListing) return listing.text;
  const pieces: string[] = [];
  for (const [name, { kind, digest }] of listing) {
    pieces.push(pieces.length === 0 ? '{' : ',', quote(name));
    if (kind === 'file') pieces.push(':["file","', digest, '"]');
    else pieces.push(':[', quote(kind), ',', quote(digest), ']');
  }
  return pieces.length === 0 ? '{}' : `${pieces.join('')}}`;
}

/** @throws FormatError */
export function listingFrom(json: Json | undefined, where: string): Listing {
  return new Map([...expectObject(json, where)].map(([name, value]) => [name, artifactFrom(value, where)]));
}

/** Fifty thousand names are as quickly written as one: who only hands them on need not read them. */
export class WrittenListing implements ReadonlyMap<string, Artifact> {
  /** As {@link listingToText} gives it. */
  readonly text: string;
  #read: Listing | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** This one and others behind it, none of which is in it. */
  with(others: ReadonlyMap<string, Artifact>): WrittenListing {
    if (others.size === 0) return this;
    const more = listingToText(others);
    return new WrittenListing(this.#isEmpty ? more : `${this.text.slice(0, -1)},${more.slice(1)}`);
  }

  get #isEmpty(): boolean {
    return this.text === '{}';
  }

  get #listing(): Listing {
    this.#read ??= listingFrom(parseJson(Buffer.from(this.text, 'latin1')), 'listing');
    return this.#read;
  }

  get size(): number {
    return this.#isEmpty ? 0 : this.#listing.size;
  }

  get(name: string): Artifact | undefined {
    return this.#listing.get(name);
  }

  has(name: string): boolean {
    return this.#listing.has(name);
  }

  keys(): MapIterator<string> {
    return this.#listing.keys();
  }

  values(): MapIterator<Artifact> {
    return this.#listing.values();
  }

  entries(): MapIterator<[string, Artifact]> {
    return this.#listing.entries();
  }

  [Symbol.iterator](): MapIterator<[string, Artifact]> {
    return this.#listing.entries();
  }

  forEach(visit: (value: Artifact, key: string, map: ReadonlyMap<string, Artifact>) => void): void {
    this.#listing.forEach(visit);
  }
}

/** Nothing to be escaped. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : stringify(text, 0);
}

function artifactFrom(json: Json, where: string): Artifact {
  const [kind, digest] = expectList(json, where);
  return { kind: kindFrom(kind, where), digest: expectString(digest, where) };
}

function kindFrom(json: Json | undefined, where: string): ArtifactKind {
  const kind = expectString(json, where);
  return isKind(kind) ? kind : refuse(where, 'a kind of artifact', kind);
}

function isKind(text: string): text is ArtifactKind {
  return /^(file|lfs|symlink|submodule|dvc:.*)$/s.test(text);
}
