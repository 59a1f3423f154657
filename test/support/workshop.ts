import * as assert from 'uvu/assert';
import { Digester } from '../../src/artifact/digester.ts';
import {
  explainedByHistory,
  explainedByMemory,
  rememberedHistories,
  strangersIn,
} from '../../src/gather/explained.ts';
import { layoutAt } from '../../src/gather/layout-at.ts';
import { readNote } from '../../src/git/notes.ts';
import type { Repository } from '../../src/git/repository.ts';
import { makeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import type { Link } from '../../src/intoto/link.ts';
import type { RecordedPatterns } from '../../src/layout/recorded.ts';
import type { Binding } from '../../src/ledger/binding.ts';
import { parseNote } from '../../src/ledger/entry.ts';
import { localRef } from '../../src/ledger/refs.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { KeyError } from '../../src/openpgp/key-error.ts';
import type { Signer } from '../../src/openpgp/signer.ts';
import { findSigner, findSigningKey } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import type { RecordingContext } from '../../src/record/context.ts';
import type { LayoutText } from './layout.ts';
import { makeLayoutJson } from './layout.ts';
import type { CloneOptions, WorkingClone } from './working-clone.ts';
import { makeClone } from './working-clone.ts';

/** Somebody with a repository, a real key in their own store, and everything that recording needs around it. */
export interface Workshop extends WorkingClone {
  readonly signer: Signer;
  /** A new one, as the next process would make it. */
  context(changes?: Partial<RecordingContext>): RecordingContext;
  /** Puts a layout that this person's key has signed into the work tree. */
  layOut(text: LayoutText): Promise<void>;
  /** This person's links on a commit. */
  links(commit: string): Promise<readonly NotedLink[]>;
}

export interface NotedLink {
  readonly link: Link;
  readonly binding: Binding;
}

/** Files move in three steps that one person may take: `raw/` → `data/` → `model/`. */
export const threeSteps: LayoutText = {
  steps: {
    source: { products: ['ALLOW raw/*', 'DISALLOW *'] },
    prepare: {
      materials: ['MATCH raw/* WITH PRODUCTS FROM source', 'DELETE data/*', 'DISALLOW *'],
      products: ['ALLOW data/*', 'DISALLOW *'],
    },
    train: {
      materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'DELETE model/*', 'DISALLOW *'],
      products: ['ALLOW model/*', 'DISALLOW *'],
    },
  },
};

export interface WorkshopOptions extends CloneOptions {
  readonly passphrase?: string;
}

export async function makeWorkshop(options: WorkshopOptions = {}): Promise<Workshop> {
  const clone = await makeClone(options);
  const { person } = clone;
  const store = OwnKeyStore.open(person.env);
  if ((await store.list()).length === 0) {
    const { name, email } = person;
    const { armoredSecret } = await generateKey({
      name,
      email,
      type: 'ed25519',
      passphrase: options.passphrase,
    });
    await store.import(armoredSecret);
  }
  const request = {
    choices: [],
    gpgProgram: 'gpg',
    env: person.env,
    mayPrompt: true,
    askPassphrase: async () => options.passphrase,
  };
  const signer = await findSigner(request);
  return {
    ...clone,
    signer,
    context: (changes) => ({ ...contextOf(clone.repo, person.env, signer), ...changes }),
    layOut: async (text) => {
      const signed = makeLayoutJson({ keys: [signer.certificate.publicKey], ...text });
      const signature = await signer.sign(makeEnvelope(signed, []).signedBytes);
      clone.write('.mlchain/root.layout', writeEnvelopeFile(signed, [signature]));
      clone.write(`.mlchain/keys/${signer.fingerprint}.asc`, signer.certificate.armored);
    },
    links: (commit) => linksOf(clone.repo, signer.fingerprint, commit),
  };
}

function contextOf(repo: Repository, env: NodeJS.ProcessEnv, owner: Signer): RecordingContext {
  const request = { choices: [], gpgProgram: 'gpg', env, mayPrompt: false };
  const trust = { owners: [owner.fingerprint], threshold: 1, id: undefined, strict: false };
  const seconds = () => Math.floor(Date.now() / 1000);
  const histories = (tips: readonly string[]) => rememberedHistories(repo, { tips, trust, now: seconds() });
  return {
    repo,
    digester: new Digester(repo),
    layoutAt: (commit) => layoutAt(repo, commit),
    explainedIn: (tips) => explainedByHistory(repo, { tips, trust, now: seconds() }),
    rememberedIn: async (tips) => explainedByMemory(tips, await histories(tips)),
    strangersIn: async (tips) => strangersIn(repo, { tips, trust, now: seconds() }, await histories(tips)),
    extraPatterns: async () => undefined,
    signingKey: () => findSigningKey(request),
    signer: () => findSigner(request),
    env: {},
    now: () => Date.now(),
  };
}

/** As a hook finds it that has nobody to ask. A real locked key costs a second each time: that is its purpose. */
export const whileLocked: Partial<RecordingContext> = {
  signer: async () => Promise.reject(new KeyError('locked', 'the key is locked, and there is nobody to ask')),
};

/** The one thing there is. */
export function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length > 1) throw new Error(`expected one, found ${list.length}`);
  return first;
}

/** Has the value what is expected of it, whatever else it has? */
export function matches<T extends object>(value: T, expected: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(expected);
  assert.equal(Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))), expected);
}

/** What `.mlchainrc` would add for one step. */
export function adding(step: string, patterns: Partial<RecordedPatterns>): Partial<RecordingContext> {
  return { extraPatterns: async (name) => (name === step ? patterns : undefined) };
}

async function linksOf(repo: Repository, signer: string, commit: string): Promise<readonly NotedLink[]> {
  const note = await readNote(repo, localRef(signer), commit);
  const { entries } = parseNote(signer, commit, note ?? Buffer.alloc(0));
  return entries.flatMap(({ content }) =>
    content.kind === 'link' && content.binding !== undefined
      ? [{ link: content.link, binding: content.binding }]
      : [],
  );
}
