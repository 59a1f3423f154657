import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unsafeName } from '../artifact/safe-name.ts';
import { MlchainError } from '../errors.ts';
import { dsseToJson, PAYLOAD_TYPE, preAuthenticationEncoding } from '../intoto/dsse.ts';
import { type JsonObject, stringify } from '../intoto/json.ts';
import { detachedSignature } from '../openpgp/detached-signature.ts';
import type { Signer } from '../openpgp/signer.ts';

/** A statement and the file it belongs into: a commit id and a name, which is foreign text. */
export interface FiledStatement {
  readonly commit: string;
  readonly name: string;
  readonly statement: JsonObject;
}

/**
 * Signs statements and writes them the way ITE-13 lays attestations out for git repositories:
 * `commits/<oid>/<name>.intoto.jsonl`, a DSSE envelope a line.
 * @returns the files, relative to the directory
 */
export async function writeAttestations(
  directory: string,
  statements: readonly FiledStatement[],
  signer: Signer,
): Promise<readonly string[]> {
  const files = new Map<string, string[]>();
  for (const { commit, name, statement } of statements) {
    const file = `commits/${commit}/${expectSafe(name)}.intoto.jsonl`;
    files.set(file, [...(files.get(file) ?? []), await envelopeLine(statement, signer)]);
  }
  for (const [file, lines] of files) {
    await mkdir(join(directory, dirname(file)), { recursive: true });
    await writeFile(join(directory, file), `${lines.join('\n')}\n`, { flag: 'wx' });
  }
  return [...files.keys()];
}

/**
 * DSSE leaves open what a signature is. Here it is an OpenPGP packet over the pre-authentication encoding, as
 * `gpg --verify` takes it; `keyid` is the fingerprint of the signing key.
 */
async function envelopeLine(statement: JsonObject, signer: Signer): Promise<string> {
  const payload = Buffer.from(stringify(statement, 0));
  const bytes = preAuthenticationEncoding(PAYLOAD_TYPE, payload);
  const signature = await signer.sign(bytes);
  const sig = detachedSignature(signature, bytes);
  return stringify(dsseToJson(payload, [{ keyid: signature.keyid, sig }]), 0);
}

/** The name of a step is what a layout says: it must not lead out of the directory (threat 33). */
function expectSafe(name: string): string {
  const unsafe = name.includes('/') ? 'it holds a slash' : unsafeName(name);
  if (unsafe === undefined) return name;
  throw new MlchainError('failed', `invalid-name: cannot write a file named '${name}': ${unsafe}`);
}
