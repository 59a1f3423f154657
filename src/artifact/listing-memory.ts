import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import { bestEffort } from '../user/best-effort.ts';
import type { Seal } from '../user/seal.ts';
import type { Room } from '../user/sealed-files.ts';
import { SealedFiles } from '../user/sealed-files.ts';
import { version } from '../version.ts';
import type { Listing } from './kind.ts';
import { listingToText, WrittenListing } from './listing-text.ts';

const FORMAT = '1';
const ROOM: Room = { files: 16, fileBytes: 64 * 1024 * 1024, bytes: 128 * 1024 * 1024 };

/**
 * What an index names, finished: `<common git dir>/mlchain/listings/1/<name>`. The digests of the blobs in an index
 * depend on nothing but its content – so that, and what is asked of it, is the name –, and whether the files are as it
 * says is asked of git each time. Believed by recording alone.
 */
export class ListingMemory {
  readonly #files: SealedFiles | undefined;
  readonly #unsaved = new Map<string, WrittenListing>();

  /** @param seal undefined: nothing is remembered */
  constructor(commonDir: string, seal: Seal | undefined) {
    const dir = path.join(commonDir, 'mlchain', 'listings', FORMAT);
    this.#files = seal && new SealedFiles(dir, seal, 'listing', ROOM);
  }

  /** @param question what of the index is asked for, in words that mean the same at all times */
  about({ gitDir }: Repository, question: string): IndexMemory | undefined {
    if (this.#files === undefined) return undefined;
    const index = bestEffort(() => fs.readFileSync(path.join(gitDir, 'index')));
    if (index === undefined) return undefined;
    const name = hash('sha256', JSON.stringify([version, question, hash('sha256', index)]));
    return new IndexMemory(this.#files, name, this.#unsaved);
  }

  /** Writes what is to be remembered. */
  save(): void {
    for (const [name, { text }] of this.#unsaved) this.#files?.write(name, Buffer.from(text, 'latin1'));
    this.#unsaved.clear();
  }
}

/** What is remembered of one index, to one question. */
export class IndexMemory {
  readonly #files: SealedFiles;
  readonly #name: string;
  readonly #unsaved: Map<string, WrittenListing>;

  constructor(files: SealedFiles, name: string, unsaved: Map<string, WrittenListing>) {
    this.#files = files;
    this.#name = name;
    this.#unsaved = unsaved;
  }

  recall(): WrittenListing | undefined {
    const text = this.#files.read(this.#name)?.toString('latin1');
    return text === undefined ? undefined : new WrittenListing(text);
  }

  /** From the next `save` on. @returns the same listing, as it is remembered */
  remember(listing: Listing): WrittenListing {
    const written = new WrittenListing(listingToText(listing));
    this.#unsaved.set(this.#name, written);
    return written;
  }
}
