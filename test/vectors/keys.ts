import * as fs from 'node:fs';
import * as path from 'node:path';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { type Json, parseJson } from '../../src/intoto/json.ts';
import { type Certificate, layoutKeys, readCertificates } from '../../src/openpgp/certificate.ts';
import { judgeRow, type RowResult, type Runner } from './row.ts';

/** One key of GnuPG's own listing. */
interface GpgKey {
  readonly keyid: string;
  readonly caps: string;
  readonly created: number;
  readonly expires: number | null;
  readonly revoked: boolean;
}

const SUFFIX = '.intoto.json';

/** Certificates and the in-toto key objects to be made of them; then each key's life against GnuPG's own listing. */
export const runKeys: Runner = async (directory) => {
  const names = fs.readdirSync(directory).filter((name) => name.endsWith(SUFFIX));
  const results = await Promise.all(
    names.sort().map((name) => runKey(directory, name.slice(0, -SUFFIX.length))),
  );
  return results.flat();
};

async function runKey(directory: string, name: string): Promise<RowResult[]> {
  const text = fs.readFileSync(path.join(directory, `${name}${SUFFIX}`), 'utf8');
  const wire = parseJson(text) as ReadonlyMap<string, Json>;
  const [certificate] = await readCertificates(fs.readFileSync(path.join(directory, `${name}.pub.asc`)));
  if (certificate === undefined) return [judgeRow({ name, expected: 'a certificate' }, 'none')];
  const { gpg } = JSON.parse(text) as { gpg: readonly GpgKey[] };
  const alone = wire.get('subkey_alone');
  return [
    objectRow(name, wire.get('correct') ?? null, certificate),
    ...(alone === undefined ? [] : [aloneRow(name, alone, certificate)]),
    ...gpg.map((key) => lifeRow(name, key, certificate)),
  ];
}

/** Where in-toto knows no object (ECDSA), ours has to be one it cannot mistake for its own. */
function objectRow(name: string, correct: Json, { publicKey }: Certificate): RowResult {
  if (correct === null) return judgeRow({ name, expected: 'ecdsa' }, publicKey.type);
  return judgeRow({ name, expected: canonical(correct) }, canonical(publicKey.json));
}

/** The subkey of another algorithm, listed by itself so that in-toto takes the layout. */
function aloneRow(name: string, alone: Json, certificate: Certificate): RowResult {
  const listed = layoutKeys(certificate).map(({ json }) => canonical(json));
  const found = listed.find((text) => text === canonical(alone)) ?? listed.join(' ');
  return judgeRow({ name: `${name} subkey_alone`, expected: canonical(alone) }, found);
}

function lifeRow(name: string, key: GpgKey, certificate: Certificate): RowResult {
  const facts = certificate.keys.get(key.keyid);
  const expected = {
    created: key.created,
    expires: key.expires,
    revoked: key.revoked,
    signs: key.caps.includes('s'),
  };
  const found = facts && {
    created: facts.created,
    expires: facts.expires ?? null,
    revoked: facts.revocation !== undefined,
    signs: facts.maySign,
  };
  return judgeRow(
    { name: `${name} ${key.keyid}`, expected: JSON.stringify(expected) },
    JSON.stringify(found),
  );
}

function canonical(json: Json): string {
  return canonicalize(json).toString();
}
