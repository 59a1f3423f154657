import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { ExecOptions, ExecResult } from './exec.ts';
import type { Person } from './person.ts';

/** One of a team: their home, their key, and the clone in which they work, with what people do there all day. */
export class Member {
  readonly person: Person;
  /** Of their primary key, upper hex; empty for somebody who only reads. */
  readonly fingerprint: string;
  readonly clone: string;

  constructor(person: Person, fingerprint: string, clone: string) {
    this.person = person;
    this.fingerprint = fingerprint;
    this.clone = clone;
  }

  /** The same person in another clone of theirs. */
  in(clone: string): Member {
    return new Member(this.person, this.fingerprint, clone);
  }

  /** Their notes ref. */
  get notes(): string {
    return `refs/notes/mlchain/${this.fingerprint}`;
  }

  /** Standard output without the newline at its end; throws unless git ends with 0. */
  async git(...args: readonly string[]): Promise<string> {
    return (await this.person.git(args, { cwd: this.clone })).stdout.replace(/\n$/, '');
  }

  async mlchain(...args: readonly string[]): Promise<string> {
    return (await this.person.mlchain(args, { cwd: this.clone })).stdout.replace(/\n$/, '');
  }

  /** `git …`, or `git mlchain …`, however it ends. */
  async tries(words: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return await this.person.git(words, { cwd: this.clone, code: 'any', ...options });
  }

  write(name: string, content: string | Uint8Array): void {
    const file = path.join(this.clone, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }

  read(name: string): string {
    return fs.readFileSync(path.join(this.clone, name), 'utf8');
  }

  remove(name: string): void {
    fs.rmSync(path.join(this.clone, name), { recursive: true });
  }

  /** Everything in the work tree, by plain `git commit`; the commit's id. */
  async commit(message: string, ...options: readonly string[]): Promise<string> {
    await this.git('add', '-A');
    await this.git('commit', '-q', '-m', message, ...options);
    return await this.head();
  }

  /** The same on a machine that has no hooks. */
  async commitWithoutHooks(message: string, ...options: readonly string[]): Promise<string> {
    await this.git('add', '-A');
    await this.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', message, ...options);
    return await this.head();
  }

  async head(): Promise<string> {
    return await this.git('rev-parse', 'HEAD');
  }

  /** `git mlchain run STEP`, and the commit of what came out. */
  async work(step: string): Promise<string> {
    await this.git('mlchain', 'run', step);
    return await this.commit(`${step} again`);
  }

  async push(...what: readonly string[]): Promise<void> {
    await this.git('push', '-q', ...(what.length === 0 ? [] : ['origin', ...what]));
  }

  /** What every attacker can: git itself offers it. */
  async pushPastHooks(...what: readonly string[]): Promise<void> {
    await this.git('push', '-q', '--no-verify', 'origin', ...(what.length === 0 ? ['HEAD'] : what));
  }

  async pull(): Promise<void> {
    await this.git('pull', '-q');
  }

  /** What stands in the notes on a commit, in this clone's own refs: one line an envelope. */
  async lines(commit: string, signer: Member = this): Promise<string[]> {
    const shown = await this.tries(['notes', '--ref', signer.notes, 'show', commit]);
    return shown.code === 0 ? shown.stdout.split('\n').filter((line) => line !== '') : [];
  }

  /** What the log says of HEAD. */
  async newest(): Promise<LogDocument> {
    const [entry] = JSON.parse(await this.mlchain('log', '--json', '-n', '1')) as LogDocument[];
    if (entry === undefined) throw new Error('the log is empty');
    return entry;
  }

  /** `git mlchain verify --json`. */
  async verify(...args: readonly string[]): Promise<Judged> {
    const argv = ['verify', '--json', ...args];
    const { code, stdout, stderr } = await this.person.mlchain(argv, { cwd: this.clone, code: 'any' });
    if (stdout === '') throw new Error(`no verdict: ${code}\n${stderr}`);
    return { code, stdout, ...(JSON.parse(stdout) as VerdictDocument) };
  }
}

interface LogDocument {
  readonly state: string;
  readonly links: readonly { readonly state: string }[];
}

interface FindingDocument {
  readonly code: string;
  readonly severity: string;
  readonly commit: string | null;
  readonly step: string | null;
  readonly path: string | null;
  readonly message: string;
}

interface VerdictDocument {
  readonly verdict: string;
  readonly findings: readonly FindingDocument[];
  readonly steps: readonly { readonly step: string; readonly state: string; readonly carried: boolean }[];
  readonly checked: { readonly commits: number; readonly links: number; readonly cached: number };
}

export interface Judged extends VerdictDocument {
  /** The exit code of the command. */
  readonly code: number;
  readonly stdout: string;
}

/** `product.md` §6.2 */
const EXIT_CODES = new Map([
  ['verified', 0],
  ['violated', 1],
  ['incomplete', 3],
]);

/** The verdict, the exit code that goes with it, and exactly these findings: `violation uncovered data/words.txt`. */
export function assertVerdict(judged: Judged, verdict: string, findings: readonly string[] = []): void {
  const found = judged.findings.map(({ severity, code, path: where }) =>
    [severity, code, where].filter(Boolean).join(' '),
  );
  assert.equal([...new Set(found)].sort(), [...findings].sort(), judged.stdout);
  assert.is(judged.verdict, verdict);
  assert.is(judged.code, EXIT_CODES.get(verdict));
}
