import * as os from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { PublicKey } from '../intoto/key.ts';
import type { AnySignature } from '../intoto/signature.ts';
import { signatureTrailer } from '../intoto/signature.ts';
import { threadMaker } from '../thread.ts';
import { BatchWriter } from './check-batch.ts';
import { type Fitting, KEY_OCTETS, NAME_LENGTH, SIGNATURE_OCTETS } from './ed25519.ts';
import { numberOf } from './key-object.ts';

/** A thread starts in 20 ms, in which 150 signatures are checked; that it is there at all is not worth less. */
export const WORTH_A_THREAD = 1000;
const BATCH = 200;
/** Octets on their way to the thread: what comes on top of these is left to whoever judges. */
const MOST_UNDERWAY = 64 * 1024 * 1024;

/** What is asked together, and wanted back together. */
interface Lot {
  readonly fitting: Set<string>;
  unanswered: number;
}

/**
 * The arithmetic of Ed25519 signatures – most of the work of judging a long history – in a thread of its own while the
 * history is still being read. It is only ever told "these fit": a thread that is not there, or dies, has said nothing,
 * and whoever judges does the arithmetic himself. RSA is quicker than the message, and the others are rare.
 */
export class ChecksAhead {
  readonly #thread: Worker;
  readonly #batch = new BatchWriter();
  readonly #underway: { readonly octets: number; readonly lot: Lot }[] = [];
  #lot: Lot = { fitting: new Set(), unanswered: 0 };
  #octets = 0;
  #isGone = false;
  #waiting: (() => void)[] = [];

  /** Undefined where there is no second core, or no code for a thread. */
  static start(): ChecksAhead | undefined {
    const makeThread = os.availableParallelism() > 1 ? threadMaker('check-worker') : undefined;
    return makeThread && new ChecksAhead(makeThread());
  }

  private constructor(thread: Worker) {
    this.#thread = thread;
    thread.on('message', (names: string) => this.#hear(names));
    // Whatever ended it: what it has not said is not known.
    thread.on('error', () => this.#end());
    thread.on('exit', () => this.#end());
  }

  ask(key: PublicKey, signature: AnySignature, signedBytes: Uint8Array): void {
    if (key.type !== 'eddsa' || signature.kind !== 'openpgp') return;
    const octets = Buffer.from(signature.signature, 'hex');
    const number = numberOf(key, 'q');
    if (octets.length !== SIGNATURE_OCTETS || number.length !== KEY_OCTETS) return;
    if (this.#octets + signedBytes.length > MOST_UNDERWAY || this.#isGone) return;
    this.#batch.add(number, octets, [signedBytes, signatureTrailer(signature.otherHeaders)]);
    if (this.#batch.count >= BATCH) this.#send();
  }

  /** What fits, of all that was asked since the last time. */
  async fitting(): Promise<Fitting> {
    if (this.#batch.count > 0) this.#send();
    const lot = this.#lot;
    this.#lot = { fitting: new Set(), unanswered: 0 };
    while (lot.unanswered > 0 && !this.#isGone) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return lot.fitting;
  }

  /** To be called whatever happens: a thread keeps the process alive. */
  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  #send(): void {
    const batch = this.#batch.take();
    const lot = this.#lot;
    lot.unanswered += 1;
    this.#octets += batch.length;
    this.#underway.push({ octets: batch.length, lot });
    this.#thread.postMessage(batch, [batch.buffer]);
  }

  #hear(names: string): void {
    const answered = this.#underway.shift();
    if (answered === undefined) return;
    const { octets, lot } = answered;
    for (let at = 0; at < names.length; at += NAME_LENGTH) lot.fitting.add(names.slice(at, at + NAME_LENGTH));
    lot.unanswered -= 1;
    this.#octets -= octets;
    this.#wake();
  }

  #end(): void {
    this.#isGone = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
