import { createHash } from 'node:crypto';
import { CatFile, requestLine } from './cat-file.ts';
import type { Git } from './git.ts';
import type { Body, ObjectInfo } from './replies.ts';
import { ReplyParser } from './replies.ts';

export type { ObjectInfo, ObjectType } from './replies.ts';

export interface GitObject extends ObjectInfo {
  readonly data: Buffer;
}

/** An object of foreign size: `data` is left out when it is larger than was allowed. */
export interface LimitedObject extends ObjectInfo {
  readonly data: Buffer | undefined;
}

/**
 * Reads objects through two `git cat-file` children that are started when first needed. Names are git's (`HEAD:path`,
 * `refs/…`, ids) and may be foreign: they go by standard input, never as an argument. Nothing is fetched: an object
 * that is not here is `undefined`, also in a partial clone.
 */
export class ObjectReader {
  readonly #git: Git;
  readonly #contents: CatFile;
  readonly #headers: CatFile;

  constructor(git: Git) {
    this.#git = git;
    this.#contents = new CatFile(git, '--batch');
    this.#headers = new CatFile(git, '--batch-check');
  }

  async read(spec: string): Promise<GitObject | undefined> {
    return await this.#contents.request(spec, collect);
  }

  async info(spec: string): Promise<ObjectInfo | undefined> {
    return await this.#headers.request(spec, (info) => ({ write: () => undefined, close: () => info }));
  }

  /** Digest of a content of any size, in lower-case hex, without holding it. */
  async hash(spec: string, algorithm = 'sha256'): Promise<string | undefined> {
    return await this.#contents.request(spec, hashing(algorithm));
  }

  /** Many objects in the order asked, with a child of their own; the fast way from about ten objects on. */
  readMany(specs: Iterable<string>): AsyncGenerator<GitObject | undefined, void, undefined> {
    return this.#batch(specs, collect);
  }

  /** {@link readMany} of foreign objects: what is larger than `maxBytes` passes by without being held. */
  readManyWithin(
    maxBytes: number,
    specs: Iterable<string>,
  ): AsyncGenerator<LimitedObject | undefined, void, undefined> {
    return this.#batch<LimitedObject>(specs, (info) =>
      info.size <= maxBytes
        ? collect(info)
        : { write: () => undefined, close: () => ({ ...info, data: undefined }) },
    );
  }

  /** {@link hash} of many objects in the order asked. */
  hashMany(
    specs: Iterable<string>,
    algorithm = 'sha256',
  ): AsyncGenerator<string | undefined, void, undefined> {
    return this.#batch(specs, hashing(algorithm));
  }

  close(): void {
    this.#contents.close();
    this.#headers.close();
  }

  async *#batch<T>(
    specs: Iterable<string>,
    open: (info: ObjectInfo) => Body<T>,
  ): AsyncGenerator<T | undefined, void, undefined> {
    const input = Buffer.concat(Array.from(specs, requestLine));
    if (input.length === 0) {
      return;
    }
    const parser = new ReplyParser(open);
    for await (const chunk of this.#git.stream(['cat-file', '--batch', '--buffer'], { input })) {
      yield* parser.push(chunk);
    }
  }
}

function collect(info: ObjectInfo): Body<GitObject> {
  const data = Buffer.allocUnsafe(info.size);
  let at = 0;
  return {
    write: (chunk) => {
      at += chunk.copy(data, at);
    },
    close: () => ({ ...info, data }),
  };
}

function hashing(algorithm: string): (info: ObjectInfo) => Body<string> {
  return () => {
    const hash = createHash(algorithm);
    return { write: (chunk) => void hash.update(chunk), close: () => hash.digest('hex') };
  };
}
