import { createHash } from 'node:crypto';
import { makeEnvelope, writeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import type { Json, JsonObject } from '../../src/intoto/json.ts';
import { parseJson } from '../../src/intoto/json.ts';
import { readKeys } from '../../src/openpgp/certificate.ts';
import { makeSignature } from '../../src/openpgp/own-signer.ts';
import type { SecretKey } from '../../src/openpgp/secret-key.ts';
import { openSecretKey } from '../../src/openpgp/secret-key.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import type { Member } from './member.ts';

/**
 * What somebody can do who holds a key and does not use this program as it was meant: sign anything, date it as they
 * like, and put it wherever git lets them.
 */

/** The signed part of a link as plain JSON, for a story to bend. */
export interface LinkText {
  _type: string;
  name: string;
  command: string[];
  materials: Record<string, { sha256: string }>;
  products: Record<string, { sha256: string }>;
  byproducts: Record<string, unknown>;
  environment: { mlchain: Record<string, unknown> };
}

export interface EnvelopeText<Signed> {
  signatures: { keyid: string; other_headers: string; signature: string }[];
  signed: Signed;
}

export function open(line: string): EnvelopeText<LinkText> {
  return JSON.parse(line) as EnvelopeText<LinkText>;
}

/** Signs whatever it is given, by the key in the member's own store. @param at seconds since 1970 */
export async function sign(by: Member, signed: unknown, at = now()): Promise<string> {
  return signWith(await secretOf(by), signed, at);
}

export function signWith(secret: SecretKey, signed: unknown, at = now()): string {
  const { json, signature } = signJson(secret, signed, at);
  return writeEnvelope(json, [signature]);
}

/** The same in the form of a layout's file. */
export async function signFile(by: Member | SecretKey, signed: unknown, at = now()): Promise<string> {
  const secret = 'material' in by ? by : await secretOf(by);
  const { json, signature } = signJson(secret, signed, at);
  return writeEnvelopeFile(json, [signature]);
}

async function secretOf(by: Member): Promise<SecretKey> {
  const { secret } = await OwnKeyStore.open(by.person.env).get(by.fingerprint);
  return openSecretKey(secret.primary.packet);
}

/** The secret half of the primary key in an armored, unprotected key. */
export function primarySecret(armored: string): SecretKey {
  const [key] = readKeys(armored);
  if (key === undefined) throw new Error('no key');
  return openSecretKey(key.primary.packet);
}

function signJson(secret: SecretKey, signed: unknown, at: number) {
  const json = parseJson(JSON.stringify(signed)) as Json as JsonObject;
  return { json, signature: makeSignature(secret, makeEnvelope(json, []).signedBytes, at) };
}

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** A link as the recorder would make it for a commit that is there, naming the files that the forger wants named. */
export async function linkFor(
  by: Member,
  step: string,
  commit: string,
  files: { readonly materials?: readonly string[]; readonly products: readonly string[] },
): Promise<LinkText> {
  const [tree = '', parents = '', author = ''] = (
    await by.git('show', '-s', '--format=%T%n%P%n%an <%ae>', commit)
  ).split('\n');
  const parent = parents.split(' ')[0];
  const changed = await Promise.all(
    files.products.map(async (path) => {
      const before = parent === undefined ? null : await digestAt(by, parent, path);
      return [path, { before, after: await digestAt(by, commit, path) }] as const;
    }),
  );
  return {
    _type: 'link',
    name: step,
    command: [],
    materials: await digests(by, commit, files.materials ?? []),
    products: await digests(by, commit, files.products),
    byproducts: {},
    environment: {
      mlchain: {
        version: 1,
        recorder: 'post-commit',
        commit,
        tree,
        parents: parents.split(' ').filter((each) => each !== ''),
        objectFormat: commit.length === 64 ? 'sha256' : 'sha1',
        author,
        recorded: '2026-11-22T08:00:00Z',
        changed: Object.fromEntries(changed.filter(([, { before, after }]) => before !== after)),
        kinds: {},
        external: [],
      },
    },
  };
}

async function digests(by: Member, commit: string, paths: readonly string[]) {
  const found = await Promise.all(
    paths.map(async (path) => [path, { sha256: (await digestAt(by, commit, path)) ?? '' }] as const),
  );
  return Object.fromEntries(found);
}

/** SHA-256 of what a commit holds at a path; null where it holds nothing. */
export async function digestAt(by: Member, commit: string, path: string): Promise<string | null> {
  const { code, stdoutBytes } = await by.tries(['cat-file', 'blob', `${commit}:${path}`]);
  return code === 0 ? createHash('sha256').update(stdoutBytes).digest('hex') : null;
}

/** Writes a note with plain git, on top of what this clone knows of that ref: `lines` are all that then lies there. */
export async function writeNote(
  by: Member,
  signer: Member,
  commit: string,
  lines: readonly string[],
): Promise<void> {
  await takeUp(by, signer);
  const args = ['notes', '--ref', signer.notes, 'add', '-f', '-F', '-', commit];
  await by.person.git(args, { cwd: by.clone, input: lines.map((line) => `${line}\n`).join('') });
}

/** Adds a line to what lies there already. */
export async function plant(by: Member, signer: Member, commit: string, line: string): Promise<void> {
  await takeUp(by, signer);
  await writeNote(by, signer, commit, [...(await by.lines(commit, signer)), line]);
}

/** Somebody else's notes ref as a branch of one's own, so that a push is a fast-forward. */
async function takeUp(by: Member, signer: Member): Promise<void> {
  const tracked = `refs/notes/remotes/origin/mlchain/${signer.fingerprint}`;
  const { code } = await by.tries(['rev-parse', '-q', '--verify', signer.notes]);
  const { stdout } = await by.tries(['rev-parse', '-q', '--verify', tracked]);
  if (code !== 0 && stdout !== '') await by.git('update-ref', signer.notes, stdout.trim());
}
