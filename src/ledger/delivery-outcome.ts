export interface DeliveryResult {
  /** Signers whose lines the remote has now, and how many it got. */
  readonly delivered: ReadonlyMap<string, number>;
  /** Signers of whom the remote lacked nothing. */
  readonly upToDate: readonly string[];
  /** Signers whose lines the remote did not take, with git's reason: `pre-receive hook declined`. */
  readonly failed: ReadonlyMap<string, string>;
  /** What the remote itself said about that, line by line: foreign text. Empty where all were taken. */
  readonly remoteWords: readonly string[];
}

const TRIES = 20;
/** A server's hook that says no hardly changes its mind; but it may be one that could not lock a ref. */
const TRIES_AGAINST_A_NO = 3;

/** What has become of each signer's lines so far. */
export class DeliveryOutcome implements DeliveryResult {
  readonly delivered = new Map<string, number>();
  readonly upToDate: string[] = [];
  readonly failed = new Map<string, string>();
  /** Whose lines are still to be tried. */
  readonly pending: Set<string>;
  #remoteWords: readonly string[] = [];

  constructor(signers: Iterable<string>) {
    this.pending = new Set(signers);
  }

  mayTry(attempt: number): boolean {
    const reasons = [...this.pending].map((signer) => this.failed.get(signer) ?? '');
    const onlyNos = reasons.every((reason) => reason.includes('declined'));
    return this.pending.size > 0 && attempt <= (onlyNos ? TRIES_AGAINST_A_NO : TRIES);
  }

  get remoteWords(): readonly string[] {
    return this.failed.size === 0 ? [] : this.#remoteWords;
  }

  /** @param stderr of a push: git puts `remote: ` before each line that comes from there. */
  heard(stderr: string): void {
    this.#remoteWords = stderr
      .split('\n')
      .filter((line) => line.startsWith('remote: '))
      .map((line) => line.slice('remote: '.length).trimEnd())
      .filter((line) => line !== '');
  }

  hasAll(signer: string): void {
    this.upToDate.push(signer);
    this.#settle(signer);
  }

  took(signer: string, lines: number): void {
    this.delivered.set(signer, lines);
    this.#settle(signer);
  }

  /** To be tried again. */
  refused(signer: string, reason: string): void {
    this.failed.set(signer, reason);
  }

  /** Trying again would change nothing. */
  cannotTake(signer: string, reason: string): void {
    this.failed.set(signer, reason);
    this.pending.delete(signer);
  }

  #settle(signer: string): void {
    this.failed.delete(signer);
    this.pending.delete(signer);
  }
}
