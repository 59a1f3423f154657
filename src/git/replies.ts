import { MlchainError } from '../errors.ts';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface ObjectInfo {
  readonly id: string;
  readonly type: ObjectType;
  /** In bytes. */
  readonly size: number;
}

export interface GitObject extends ObjectInfo {
  readonly data: Buffer;
}

/** Takes the content of one object, chunk by chunk. Chunks are only borrowed: they are views of a pipe's buffer. */
export interface Body<T> {
  /** False where only the header was asked for: then no content comes. */
  readonly hasContent?: false;
  write(chunk: Buffer): void;
  close(): T;
}

const HEADER = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/;
const NOT_THERE = / (missing|ambiguous|submodule)$/;
const LF = 0x0a;

/** Cuts the output of `git cat-file --batch…` into replies; git-cat-file(1), "BATCH OUTPUT". */
export class ReplyParser<T> {
  readonly #open: (info: ObjectInfo) => Body<T>;
  #header: Buffer[] = [];
  #body: Body<T> | undefined;
  /** Bytes of the object still to come, its final newline included. */
  #left = 0;

  constructor(open: (info: ObjectInfo) => Body<T>) {
    this.#open = open;
  }

  /** Replies that this chunk completes, in order; `undefined` for an object that is not there. */
  *push(chunk: Buffer): Generator<T | undefined> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#body !== undefined) {
        const part = chunk.subarray(at, at + this.#left);
        at += part.length;
        yield* this.#take(this.#body, part);
        continue;
      }
      const end = chunk.indexOf(LF, at);
      this.#header.push(chunk.subarray(at, end === -1 ? undefined : end));
      at = end === -1 ? chunk.length : end + 1;
      if (end !== -1) {
        yield* this.#reply(Buffer.concat(this.#header).toString('utf8'));
      }
    }
  }

  *#take(body: Body<T>, part: Buffer): Generator<T> {
    this.#left -= part.length;
    const content = this.#left === 0 ? part.subarray(0, -1) : part;
    if (content.length > 0) {
      body.write(content);
    }
    if (this.#left === 0) {
      this.#body = undefined;
      yield body.close();
    }
  }

  *#reply(header: string): Generator<T | undefined> {
    this.#header = [];
    const [, id, type, size] = HEADER.exec(header) ?? [];
    if (id === undefined) {
      if (!NOT_THERE.test(header)) {
        throw new MlchainError('git', `git cat-file: expected an object header, found '${header}'`);
      }
      yield undefined;
      return;
    }
    const body = this.#open({ id, type: type as ObjectType, size: Number(size) });
    if (body.hasContent === false) {
      yield body.close();
    } else {
      this.#body = body;
      this.#left = Number(size) + 1;
    }
  }
}
