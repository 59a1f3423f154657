import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readHistory } from '../src/git/history.ts';
import { Repository } from '../src/git/repository.ts';
import type { Artifacts } from '../src/intoto/digest.ts';
import { makeEnvelope, writeEnvelope, writeEnvelopeFile } from '../src/intoto/envelope.ts';
import { jsonObject } from '../src/intoto/json.ts';
import { layoutToJson } from '../src/intoto/layout.ts';
import { linkToJson } from '../src/intoto/link.ts';
import { parseRule } from '../src/intoto/rule.ts';
import { bindingToJson } from '../src/ledger/binding.ts';
import { appendLines } from '../src/ledger/ledger.ts';
import { readKeys } from '../src/openpgp/certificate.ts';
import { generateKey } from '../src/openpgp/generate.ts';
import { makeSignature } from '../src/openpgp/own-signer.ts';
import { openSecretKey } from '../src/openpgp/secret-key.ts';
import { OwnKeyStore } from '../src/openpgp/store.ts';
import { program } from './program.ts';

export interface BenchRepository {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly owner: string;
}

export interface Size {
  /** Each changes one controlled file and carries a link. */
  readonly commits: number;
  /** Uncontrolled files that lie beside it. */
  readonly files: number;
}

const START = 1_780_000_000;
/** Stays as it is: what a commit did not change is what the recorder has to ask about before it signs. */
const FIXED = 'never changes\n';

/** A repository of that size, made from a seed by `git fast-import`, with a signed layout and a link for each commit. */
export async function makeRepository(root: string, { commits, files }: Size): Promise<BenchRepository> {
  const env = environment(root);
  const directory = path.join(root, 'repository');
  fs.mkdirSync(directory, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
  git('init', '--quiet', '-b', 'main');
  const created = START - 86_400;
  const key = await generateKey({ name: 'Bench', email: 'bench@example.org', type: 'ed25519', created });
  const [transferable] = readKeys(key.armoredSecret);
  if (transferable === undefined) throw new Error('no key');
  const secret = openSecretKey(transferable.primary.packet);
  const { fingerprint } = key.certificate;
  const sign = (bytes: Uint8Array, at: number) => makeSignature(secret, bytes, at);

  const layout = layoutToJson({
    expires: Date.UTC(2090, 0, 1),
    readme: `mlchain-id: ${'0'.repeat(32)}`,
    keys: new Map([[key.certificate.publicKey.keyid, key.certificate.publicKey.json]]),
    steps: [
      {
        name: 'prepare',
        expectedCommand: [],
        threshold: 1,
        pubkeys: [key.certificate.publicKey.keyid],
        expectedMaterials: [parseRule(['ALLOW', 'data/*']), parseRule(['DISALLOW', '*'])],
        expectedProducts: [parseRule(['ALLOW', 'data/*']), parseRule(['DISALLOW', '*'])],
      },
    ],
    inspections: [],
  });
  const { signedBytes } = makeEnvelope(layout, []);
  const layoutFile = writeEnvelopeFile(layout, [sign(signedBytes, START)]);
  await importCommits(directory, env, commits, files, [
    ['.mlchain/root.layout', layoutFile],
    [`.mlchain/keys/${fingerprint}.asc`, key.certificate.armored],
    ['data/fixed.csv', FIXED],
  ]);
  git('reset', '--quiet', '--hard', 'main');
  git('config', 'mlchain.owner', fingerprint);
  const repo = await Repository.open(directory, env);
  const lines = new Map<string, string[]>();
  let number = 0;
  let before: string | null = null;
  for await (const commit of readHistory(repo, {
    tips: [await repo.resolveCommit('HEAD')],
    order: 'oldest-first',
  })) {
    const after = sha256(content(number));
    const data = dataset(after);
    const old: Artifacts = before === null ? new Map() : dataset(before);
    const signed = linkToJson({
      name: 'prepare',
      command: [],
      materials: old,
      products: data,
      byproducts: jsonObject([]),
      environment: jsonObject([
        [
          'mlchain',
          bindingToJson({
            recorder: 'post-commit',
            commit: commit.id,
            tree: commit.tree,
            parents: commit.parents,
            objectFormat: 'sha1',
            author: 'Bench <bench@example.org>',
            recorded: '2026-11-22T00:00:00Z',
            changed: new Map([
              ['data/set.csv', { before, after }],
              ...(before === null ? [['data/fixed.csv', { before, after: sha256(FIXED) }] as const] : []),
            ]),
            kinds: new Map(),
            external: [],
            rewrittenFrom: undefined,
          }),
        ],
      ]),
    });
    const envelope = makeEnvelope(signed, []);
    lines.set(commit.id, [writeEnvelope(signed, [sign(envelope.signedBytes, START + number)])]);
    before = after;
    number += 1;
  }
  await appendLines(repo, fingerprint, lines);
  await repo.close();
  await OwnKeyStore.open(env).import(key.armoredSecret);
  execFileSync(process.execPath, [program, 'hooks', 'install'], { cwd: directory, env, stdio: 'ignore' });
  return { directory, env, owner: fingerprint };
}

function environment(root: string): NodeJS.ProcessEnv {
  const home = path.join(root, 'home');
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@example.org\n');
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_DATA_HOME: path.join(root, 'data'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
  };
}

function content(number: number): string {
  return `row,${number}\n${createHash('sha256').update(`seed ${number}`).digest('hex')}\n`;
}

function dataset(digest: string): Artifacts {
  return new Map([
    ['data/set.csv', new Map([['sha256', digest]])],
    ['data/fixed.csv', new Map([['sha256', sha256(FIXED)]])],
  ]);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function importCommits(
  cwd: string,
  env: NodeJS.ProcessEnv,
  commits: number,
  files: number,
  first: readonly (readonly [string, string])[],
): Promise<void> {
  const child = spawn('git', ['fast-import', '--quiet'], { cwd, env, stdio: ['pipe', 'inherit', 'inherit'] });
  const write = async (text: string) => {
    if (!child.stdin.write(text)) await new Promise((resolve) => child.stdin.once('drain', resolve));
  };
  for (let number = 0; number < commits; number += 1) {
    const who = `Bench <bench@example.org> ${START + number} +0000`;
    const message = `commit ${number}`;
    await write(
      `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\ndata ${message.length}\n${message}\n`,
    );
    if (number === 0) {
      for (const [name, text] of first) await write(inline(name, text));
      for (let file = 0; file < files; file += 1)
        await write(inline(`src/d${file % 100}/f${file}.txt`, `${file}\n`));
    }
    await write(inline('data/set.csv', content(number)));
    await write('\n');
  }
  child.stdin.end('done\n');
  await new Promise((resolve, reject) =>
    child.once('close', (code) => (code === 0 ? resolve(code) : reject(new Error(`${code}`)))),
  );
}

function inline(name: string, text: string): string {
  return `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
}
