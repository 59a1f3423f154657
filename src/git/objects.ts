import { createHash } from 'node:crypto';
import { CatFile, type Question, type Request, requestLine } from './cat-file.ts';
import type { Git } from './git.ts';
import { isMissingObject } from './git-error.ts';
import { records } from './records.ts';
import type { Body, GitObject, ObjectInfo } from './replies.ts';
import { ReplyParser } from './replies.ts';
import { SmallObjects } from './small-objects.ts';

export type { Body, GitObject, ObjectInfo, ObjectType } from './replies.ts';

/** An object of foreign size: `data` is left out when it is larger than was allowed. */
export interface LimitedObject extends ObjectInfo {
  readonly data: Buffer | undefined;
}

/** Up to here another child costs more than it saves. */
const FEW = 12;
const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Reads objects through a `git cat-file` child that is started when first needed – or through two, where git is older
 * than 2.36 and has none that answers both questions. Names are git's (`HEAD:path`, `refs/…`, ids) and may be foreign:
 * they go by standard input, never as an argument. Nothing is fetched: an object that is not here is `undefined`, also
 * in a partial clone.
 */
export class ObjectReader {
  readonly #git: Git;
  readonly #both: CatFile;
  readonly #apart: Record<Question, CatFile>;
  readonly #small = new SmallObjects();
  #isApart = false;

  constructor(git: Git) {
    this.#git = git;
    this.#both = new CatFile(git, '--batch-command', (waiting) => this.#takeApart(waiting));
    this.#apart = { contents: new CatFile(git, '--batch'), info: new CatFile(git, '--batch-check') };
  }

  async read(spec: string): Promise<GitObject | undefined> {
    const known = this.#small.get(spec);
    if (known !== undefined) return known;
    const object = await this.#ask('contents', spec, collect);
    if (object !== undefined) this.#small.add(spec, object);
    return object;
  }

  /** {@link read} of a foreign object: one that is larger than `maxBytes` passes by without being held. */
  async readWithin(maxBytes: number, spec: string): Promise<LimitedObject | undefined> {
    const known = this.#small.get(spec);
    if (known !== undefined) return known;
    const object = await this.#ask('contents', spec, collectWithin(maxBytes));
    if (object?.data !== undefined) this.#small.add(spec, { ...object, data: object.data });
    return object;
  }

  async info(spec: string): Promise<ObjectInfo | undefined> {
    const known = this.#small.info(spec);
    if (known !== undefined) return known;
    const info = await this.#ask('info', spec, headerOnly);
    if (info !== undefined) this.#small.addInfo(spec, info);
    return info;
  }

  /** Digest of a content of any size, in lower-case hex, without holding it. */
  async hash(spec: string, algorithm = 'sha256'): Promise<string | undefined> {
    return await this.#ask('contents', spec, hashing(algorithm));
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
    return this.each<LimitedObject>(specs, collectWithin(maxBytes));
  }

  close(): void {
    for (const child of [this.#both, this.#apart.contents, this.#apart.info]) child.close();
  }

  async #ask<T>(
    question: Question,
    spec: string,
    open: (info: ObjectInfo) => Body<T>,
  ): Promise<T | undefined> {
    return await (this.#isApart ? this.#apart[question] : this.#both).request(question, spec, open);
  }

  #takeApart(waiting: readonly Request[]): void {
    this.#isApart = true;
    for (const request of waiting) this.#apart[request.question].take(request);
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
      const replies = asked.map((spec) => this.#ask('contents', spec, open));
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

function headerOnly(info: ObjectInfo): Body<ObjectInfo> {
  return { hasContent: false, write: () => undefined, close: () => info };
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

function collectWithin(maxBytes: number): (info: ObjectInfo) => Body<LimitedObject> {
  return (info) =>
    info.size <= maxBytes
      ? collect(info)
      : { write: () => undefined, close: () => ({ ...info, data: undefined }) };
}

function hashing(algorithm: string): (info: ObjectInfo) => Body<string> {
  return () => {
    const hash = createHash(algorithm);
    return { write: (chunk) => void hash.update(chunk), close: () => hash.digest('hex') };
  };
}
