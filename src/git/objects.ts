import { createHash } from 'node:crypto';
import { CatFile, requestLine } from './cat-file.ts';
import type { Git } from './git.ts';
import { isMissingObject } from './git-error.ts';
import { records } from './records.ts';
import type { Body, ObjectInfo } from './replies.ts';
import { ReplyParser } from './replies.ts';

export type { Body, ObjectInfo, ObjectType } from './replies.ts';

export interface GitObject extends ObjectInfo {
  readonly data: Buffer;
}

/** An object of foreign size: `data` is left out when it is larger than was allowed. */
export interface LimitedObject extends ObjectInfo {
  readonly data: Buffer | undefined;
}

/** Up to here another child costs more than it saves. */
const FEW = 12;
const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

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

  /** Many objects in the order asked. */
  readMany(specs: Iterable<string>): AsyncGenerator<GitObject | undefined, void, undefined> {
    return this.each(specs, collect);
  }

  /** {@link readMany} of foreign objects: what is larger than `maxBytes` passes by without being held. */
  readManyWithin(
    maxBytes: number,
    specs: Iterable<string>,
  ): AsyncGenerator<LimitedObject | undefined, void, undefined> {
    return this.each<LimitedObject>(specs, (info) =>
      info.size <= maxBytes
        ? collect(info)
        : { write: () => undefined, close: () => ({ ...info, data: undefined }) },
    );
  }

  close(): void {
    this.#contents.close();
    this.#headers.close();
  }

  /**
   * Many objects in the order asked, each taken by a body of the caller's; `undefined` for one that is not here. From
   * about ten objects on by a child of its own, whose output is not flushed after every object.
   */
  async *each<T>(
    specs: Iterable<string>,
    open: (info: ObjectInfo) => Body<T>,
  ): AsyncGenerator<T | undefined, void, undefined> {
    const asked = [...specs];
    if (asked.length <= FEW) {
      const replies = asked.map((spec) => this.#contents.request(spec, open));
      for (const reply of replies) reply.catch(() => undefined);
      for (const reply of replies) yield await reply;
      return;
    }
    let answered = 0;
    try {
      for await (const replies of this.#batch(asked, open)) {
        for (const reply of replies) {
          answered += 1;
          yield reply;
        }
      }
    } catch (error) {
      if (!isMissingObject(error)) {
        throw error;
      }
      // In a partial clone git dies over an object that was never fetched, where elsewhere it answers "missing".
      yield undefined;
      yield* this.#present(asked.slice(answered + 1), open);
    }
  }

  async *#batch<T>(
    specs: readonly string[],
    open: (info: ObjectInfo) => Body<T>,
  ): AsyncGenerator<Iterable<T | undefined>, void, undefined> {
    if (specs.length > 0) {
      const parser = new ReplyParser(open);
      const input = Buffer.concat(specs.map(requestLine));
      for await (const chunk of this.#git.stream(['cat-file', '--batch', '--buffer'], { input })) {
        yield parser.push(chunk);
      }
    }
  }

  /** {@link each} that asks only for what is here: starting git again for every absent object would take minutes. */
  async *#present<T>(
    specs: readonly string[],
    open: (info: ObjectInfo) => Body<T>,
  ): AsyncGenerator<T | undefined, void, undefined> {
    const absent = new Set(specs.filter((spec) => FULL_ID.test(spec)));
    const args = [
      'cat-file',
      '--batch-check=%(objectname)',
      '--batch-all-objects',
      '--unordered',
      '--buffer',
    ];
    for await (const ids of records(this.#git.stream(args), '\n')) {
      for (const id of ids) {
        absent.delete(id.toString('latin1'));
      }
    }
    const replies = this.each(
      specs.filter((spec) => !absent.has(spec)),
      open,
    );
    try {
      for (const spec of specs) {
        const reply = absent.has(spec) ? undefined : await replies.next();
        yield reply?.done === false ? reply.value : undefined;
      }
    } finally {
      await replies.return();
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
