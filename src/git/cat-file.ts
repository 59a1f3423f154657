import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Socket } from 'node:net';
import { MlchainError } from '../errors.ts';
import type { Git } from './git.ts';
import { ending } from './git.ts';
import { GitError, isMissingObject } from './git-error.ts';
import { encodePath } from './paths.ts';
import type { Body, ObjectInfo } from './replies.ts';
import { ReplyParser } from './replies.ts';

/** The last one answers either question; git has it since 2.36. */
export type BatchMode = '--batch' | '--batch-check' | '--batch-command';
/** The words of `--batch-command`. */
export type Question = 'contents' | 'info';

/** One question that waits for its answer. */
export interface Request {
  readonly question: Question;
  /** One line, as {@link requestLine} makes it. */
  readonly name: Buffer;
  readonly open: (info: ObjectInfo) => Body<() => void>;
  readonly missing: () => void;
  readonly fail: (error: unknown) => void;
}

/** git's exit code for an option that it does not know. */
const USAGE = 129;

/**
 * One `git cat-file --batch…` that answers requests in order. It is started by the first request, and again when git
 * died over an object: only the request it died on fails. While nobody waits it does not keep this process alive.
 */
export class CatFile {
  readonly #git: Git;
  readonly #mode: BatchMode;
  readonly #otherwise: ((waiting: readonly Request[]) => void) | undefined;
  #child: ChildProcessWithoutNullStreams | undefined;
  #waiting: Request[] = [];
  /** Answered requests at the front of `#waiting`, dropped now and then: shifting a long array is slow. */
  #answered = 0;
  #isClosed = false;

  /** `otherwise` is handed what waits, where git does not know the mode. */
  constructor(git: Git, mode: BatchMode, otherwise?: (waiting: readonly Request[]) => void) {
    this.#git = git;
    this.#mode = mode;
    this.#otherwise = otherwise;
  }

  /** Reads one object into what `open` makes of it; `undefined` when it is not there. */
  async request<T>(
    question: Question,
    spec: string,
    open: (info: ObjectInfo) => Body<T>,
  ): Promise<T | undefined> {
    const name = requestLine(spec);
    return await new Promise((resolve, reject) => {
      this.take({
        question,
        name,
        open: (info) => settling(open(info), resolve),
        missing: () => resolve(undefined),
        fail: reject,
      });
    });
  }

  take(request: Request): void {
    if (this.#isClosed) {
      request.fail(new MlchainError('git', 'git cat-file: asked after the repository was closed'));
      return;
    }
    this.#waiting.push(request);
    this.#child ??= this.#start();
    hold(this.#child);
    this.#child.stdin.write(this.#line(request));
  }

  /** Whoever still waits gets an error once the child is gone; {@link Git.close} ends it. */
  close(): void {
    this.#isClosed = true;
    if (this.#child !== undefined) {
      hold(this.#child);
    }
  }

  #start(): ChildProcessWithoutNullStreams {
    const args = ['cat-file', this.#mode];
    const child = this.#git.spawn(args);
    let failure: unknown;
    const parser = new ReplyParser((info) => this.#first().open(info));
    child.stdout.on('data', (chunk: Buffer) => {
      try {
        this.#receive(parser, chunk);
      } catch (error) {
        failure = error;
        child.stdout.destroy();
        child.kill();
      }
    });
    ending(child, args).then(
      ({ code, stderr }) => this.#ended(failure ?? new GitError({ args, exitCode: code, stderr }), true),
      (error: unknown) => this.#ended(failure ?? error, failure !== undefined),
    );
    return child;
  }

  #line({ question, name }: Request): Buffer {
    return this.#mode === '--batch-command' ? Buffer.concat([Buffer.from(`${question} `), name]) : name;
  }

  #receive(parser: ReplyParser<() => void>, chunk: Buffer): void {
    for (const settle of parser.push(chunk)) {
      const request = this.#first();
      this.#answered += 1;
      (settle ?? request.missing)();
    }
    const isIdle = this.#answered === this.#waiting.length;
    // Whoever closes waits for the end of the child: from then on it does keep this process alive.
    if (isIdle && !this.#isClosed && this.#child !== undefined) {
      release(this.#child);
    }
    if (isIdle || this.#answered > 1024) {
      this.#waiting = this.#waiting.slice(this.#answered);
      this.#answered = 0;
    }
  }

  #first(): Request {
    const request = this.#waiting[this.#answered];
    if (request === undefined) {
      throw new MlchainError('git', 'git cat-file: an answer that nobody asked for');
    }
    return request;
  }

  /** The child is gone. `overOne`: the first request was too much for it, the others deserve a new child. */
  #ended(error: unknown, overOne: boolean): void {
    const waiting = this.#waiting.slice(this.#answered);
    if (this.#otherwise !== undefined && error instanceof GitError && error.exitCode === USAGE) {
      this.#waiting = [];
      this.#answered = 0;
      this.#child = undefined;
      this.#otherwise(waiting);
      return;
    }
    const failed = overOne && !this.#isClosed ? waiting.slice(0, 1) : waiting;
    this.#waiting = waiting.slice(failed.length);
    this.#answered = 0;
    this.#child = undefined;
    for (const request of failed) {
      // In a partial clone git dies over an object that was never fetched, where elsewhere it answers "missing".
      if (isMissingObject(error)) {
        request.missing();
      } else {
        request.fail(error);
      }
    }
    if (this.#waiting.length > 0) {
      this.#child ??= this.#start();
      this.#child.stdin.write(Buffer.concat(this.#waiting.map((request) => this.#line(request))));
    }
  }
}

/** One object name a line, in git's own bytes. A newline would be a second request, and every later answer wrong. */
export function requestLine(spec: string): Buffer {
  if (spec.includes('\n')) {
    throw new MlchainError('input', `not an object name: ${JSON.stringify(spec)}`);
  }
  return encodePath(`${spec}\n`);
}

function settling<T>(body: Body<T>, resolve: (value: T) => void): Body<() => void> {
  return {
    ...(body.hasContent === false ? { hasContent: false } : {}),
    write: (chunk) => body.write(chunk),
    close: () => {
      const value = body.close();
      return () => resolve(value);
    },
  };
}

function hold(child: ChildProcessWithoutNullStreams): void {
  child.ref();
  for (const stream of sockets(child)) {
    stream.ref();
  }
}

function release(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  for (const stream of sockets(child)) {
    stream.unref();
  }
}

function sockets(child: ChildProcessWithoutNullStreams): Socket[] {
  return [child.stdin, child.stdout, child.stderr].filter((stream) => stream instanceof Socket);
}
