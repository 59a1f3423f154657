import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { appendNotes } from '../../src/git/notes.ts';
import { Repository } from '../../src/git/repository.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import { makeEnvelope, writeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import type { JsonObject } from '../../src/intoto/json.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import { certificatePath, LAYOUT_PATH } from '../../src/layout/paths.ts';
import type { Binding } from '../../src/ledger/binding.ts';
import { bindingToJson } from '../../src/ledger/binding.ts';
import { localRef } from '../../src/ledger/refs.ts';
import { endorsementToJson } from '../../src/ledger/statement.ts';
import { exec } from './exec.ts';
import { inAYear, type LayoutText, makeLayoutJson } from './layout.ts';
import { type Signatory, START } from './world.ts';

const HOUR = 3600;

export interface SagaCommit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A real repository in which a random story happens fast: commits by fast-import, links really signed, the clock
 * whatever the story says. What the program would refuse to do can be done here.
 */
export class Saga {
  readonly root: string;
  readonly commits: SagaCommit[] = [];
  now = START;

  constructor(root: string) {
    this.root = root;
  }

  get directory(): string {
    return path.join(this.root, 'repo.git');
  }

  get env(): NodeJS.ProcessEnv {
    const home = path.join(this.root, 'home');
    const name = { GIT_AUTHOR_NAME: 'S', GIT_COMMITTER_NAME: 'S' };
    const who = { ...name, GIT_AUTHOR_EMAIL: 's@example.org', GIT_COMMITTER_EMAIL: 's@example.org' };
    return { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', ...who };
  }

  async git(args: readonly string[], input = ''): Promise<string> {
    const { stdout } = await exec('git', args, this.env, { cwd: this.root, input });
    return stdout.trimEnd();
  }

  async in(...args: readonly string[]): Promise<string> {
    return await this.git(['--git-dir', this.directory, ...args]);
  }

  /** Opens the repository anew, as the next process would, and closes it. */
  async with<T>(work: (repo: Repository) => Promise<T>, env: NodeJS.ProcessEnv = {}): Promise<T> {
    const repo = await Repository.open(this.directory, { ...this.env, ...env });
    try {
      return await work(repo);
    } finally {
      await repo.close();
    }
  }

  at(back: number): SagaCommit {
    const commit = this.commits.at(-1 - back) ?? this.commits[0];
    if (commit === undefined) throw new Error('nothing was committed yet');
    return commit;
  }

  async commit(
    parents: readonly SagaCommit[],
    change: Readonly<Record<string, string | undefined>>,
  ): Promise<SagaCommit> {
    this.now += HOUR;
    const files = new Map(parents[0]?.files);
    for (const [name, content] of Object.entries(change)) {
      if (content === undefined) files.delete(name);
      else files.set(name, content);
    }
    const lines = [
      `commit refs/heads/saga\nmark :1\ncommitter S <s@example.org> ${this.now} +0000\ndata 1\nx\n`,
      ...parents.map(({ id }, at) => `${at === 0 ? 'from' : 'merge'} ${id}\n`),
      'deleteall\n',
      ...[...files].map(([name, content]) => {
        return `M 100644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
      }),
      '\nget-mark :1\ndone\n',
    ];
    const args = ['--git-dir', this.directory, 'fast-import', '--quiet', '--force', '--done'];
    const id = await this.git(args, lines.join(''));
    const tree = await this.in('rev-parse', `${id}^{tree}`);
    const made = { id, tree, parents: parents.map((parent) => parent.id), files };
    this.commits.push(made);
    return made;
  }

  /** What goes into a tree for a layout: signed a moment ago, so that it is newer than all before it. */
  layoutFiles(text: LayoutText, by: Signatory, people: readonly Signatory[]): Record<string, string> {
    const signed = makeLayoutJson({ expires: inAYear, ...text });
    const { signedBytes } = makeEnvelope(signed, []);
    const certificates = people.map(({ certificate, fingerprint }) => {
      return [certificatePath(fingerprint), certificate.armored] as const;
    });
    const layout = writeEnvelopeFile(signed, [by.sign(signedBytes, this.now)]);
    return { [LAYOUT_PATH]: layout, ...Object.fromEntries(certificates) };
  }

  linkLine(step: string, commit: SagaCommit, by: Signatory, names: LinkNames): string {
    const before = this.commits.find(({ id }) => id === commit.parents[0])?.files;
    const changed = names.products.filter((name) => before?.get(name) !== commit.files.get(name));
    const binding: Binding = {
      recorder: 'post-commit',
      commit: commit.id,
      tree: commit.tree,
      parents: commit.parents,
      objectFormat: 'sha1',
      author: 'S <s@example.org>',
      recorded: '2026-11-01T00:00:00Z',
      changed: new Map(
        changed.map((name) => [
          name,
          { before: digestOf(before?.get(name)), after: digestOf(commit.files.get(name)) },
        ]),
      ),
      kinds: new Map(),
      external: [],
      rewrittenFrom: undefined,
      ...names.binding,
    };
    const signed = linkToJson({
      name: step,
      command: [],
      materials: artifactsOf(commit, names.materials ?? []),
      products: artifactsOf(commit, names.products),
      byproducts: jsonObject([]),
      environment:
        names.unbound === true ? jsonObject([]) : jsonObject([['mlchain', bindingToJson(binding)]]),
    });
    return this.line(signed, by);
  }

  endorsementLine(commit: SagaCommit, names: readonly string[], by: Signatory): string {
    const artifacts = new Map(names.map((name) => [name, artifactsOf(commit, [name]).get(name) ?? null]));
    const recorded = '2026-11-01T00:00:00Z';
    return this.line(endorsementToJson({ commit: commit.id, artifacts, reason: 'seen', recorded }), by);
  }

  line(signed: JsonObject, by: Signatory): string {
    return writeEnvelope(signed, [by.sign(makeEnvelope(signed, []).signedBytes, this.now)]);
  }

  async note(by: Signatory, object: string, line: string, ref = localRef(by.fingerprint)): Promise<void> {
    await this.with((repo) => appendNotes(repo, ref, new Map([[object, [line]]]), 'note'));
  }
}

export interface LinkNames {
  readonly materials?: readonly string[];
  readonly products: readonly string[];
  readonly binding?: Partial<Binding>;
  /** As in-toto-run makes it. */
  readonly unbound?: boolean;
}

function artifactsOf({ files }: SagaCommit, names: readonly string[]): Artifacts {
  return new Map(
    names.flatMap((name) => {
      const digest = digestOf(files.get(name));
      return digest === null ? [] : [[name, new Map([['sha256', digest]])] as const];
    }),
  );
}

function digestOf(content: string | undefined): string | null {
  return content === undefined ? null : createHash('sha256').update(content).digest('hex');
}
