import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeEnvelope, writeEnvelopeFile } from '../src/intoto/envelope.ts';
import { layoutToJson } from '../src/intoto/layout.ts';
import { parseRule } from '../src/intoto/rule.ts';
import { readKeys } from '../src/openpgp/certificate.ts';
import { generateKey } from '../src/openpgp/generate.ts';
import { makeSignature } from '../src/openpgp/own-signer.ts';
import { openSecretKey } from '../src/openpgp/secret-key.ts';
import { OwnKeyStore } from '../src/openpgp/store.ts';
import type { BenchRepository } from './repository.ts';

export interface StepRepository extends BenchRepository {
  /** The functionary's key, for GnuPG. */
  readonly secretFile: string;
}

const START = 1_780_000_000;
const DIRECTORIES = 100;

/** A repository whose step `train` takes so many committed files of 4 KB and makes `model/`. */
export async function makeStepRepository(root: string, files: number): Promise<StepRepository> {
  const directory = path.join(root, 'repository');
  fs.mkdirSync(path.join(directory, '.mlchain', 'keys'), { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    XDG_DATA_HOME: path.join(root, 'data'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
  };
  fs.writeFileSync(path.join(root, '.gitconfig'), '[user]\n\tname = Bench\n\temail = bench@example.org\n');
  const created = START - 86_400;
  const key = await generateKey({ name: 'Bench', email: 'bench@example.org', type: 'ed25519', created });
  const { fingerprint: owner, publicKey, armored } = key.certificate;
  const layout = layoutToJson({
    expires: Date.UTC(2090, 0, 1),
    readme: `mlchain-id: ${'0'.repeat(32)}`,
    keys: new Map([[publicKey.keyid, publicKey.json]]),
    steps: [
      {
        name: 'train',
        expectedCommand: [],
        threshold: 1,
        pubkeys: [publicKey.keyid],
        expectedMaterials: [parseRule(['ALLOW', 'data/*']), parseRule(['DISALLOW', '*'])],
        expectedProducts: [parseRule(['CREATE', 'model/*']), parseRule(['DISALLOW', '*'])],
      },
    ],
    inspections: [],
  });
  const [secret] = readKeys(key.armoredSecret);
  if (secret === undefined) throw new Error('no key');
  const { signedBytes } = makeEnvelope(layout, []);
  const signature = makeSignature(openSecretKey(secret.primary.packet), signedBytes, START);
  fs.writeFileSync(path.join(directory, '.mlchain/root.layout'), writeEnvelopeFile(layout, [signature]));
  fs.writeFileSync(path.join(directory, `.mlchain/keys/${owner}.asc`), armored);
  writeData(path.join(directory, 'data'), files);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, env, stdio: 'ignore' });
  git('init', '--quiet');
  git('config', 'mlchain.owner', owner);
  git('add', '--all');
  git('commit', '--quiet', '-m', 'data');
  await OwnKeyStore.open(env).import(key.armoredSecret);
  const secretFile = path.join(root, 'secret.asc');
  fs.writeFileSync(secretFile, key.armoredSecret);
  return { directory, env, owner, secretFile };
}

/** 64 octets of a seed, 64 times. */
function writeData(directory: string, files: number): void {
  for (let at = 0; at < files; at += 1) {
    const place = path.join(directory, `d${at % DIRECTORIES}`);
    if (at < DIRECTORIES) fs.mkdirSync(place, { recursive: true });
    const seed = createHash('sha512').update(`seed ${at}`).digest();
    fs.writeFileSync(path.join(place, `f${at}.bin`), Buffer.concat(new Array<Buffer>(64).fill(seed)));
  }
}
