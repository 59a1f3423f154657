import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseJson } from '../../src/intoto/json.ts';
import { isJsonObject } from '../../src/intoto/json-value.ts';
import { publicKeyFromJson } from '../../src/intoto/key.ts';
import { checkSignature, findKey } from '../../src/openpgp/check.ts';
import { signatureFromPacket } from '../../src/openpgp/signature-packet.ts';
import { judgeRow, type Runner } from './row.ts';
import { readRows } from './rows.ts';

interface Row {
  readonly name: string;
  readonly key: string;
  readonly content: string;
  readonly packet: string;
  readonly sig: { readonly keyid: string; readonly other_headers: string; readonly signature: string };
}

/** A binary signature packet, the in-toto object to be made of it, and that it is good for its content. */
export const runSigPackets: Runner = async (file) =>
  readRows<Row>(file).map((row) => {
    const signature = signatureFromPacket(Buffer.from(row.packet, 'hex'));
    const found = [signature.keyid, signature.otherHeaders, signature.signature].join(' ');
    const expected = [row.sig.keyid, row.sig.other_headers, row.sig.signature].join(' ');
    if (found !== expected) return judgeRow({ name: row.name, expected }, found);
    const keyFile = path.join(path.dirname(file), 'keys', `${row.key}.intoto.json`);
    const key = publicKeyFromJson(correctKey(keyFile));
    const signer = findKey(new Map([[key.keyid, key]]), signature.keyid)?.key ?? key;
    const check = checkSignature(signer, signature, Buffer.from(row.content, 'hex'));
    return judgeRow({ name: row.name, expected: 'good' }, check.good ? 'good' : check.reason);
  });

function correctKey(file: string) {
  const json = parseJson(fs.readFileSync(file));
  return isJsonObject(json) ? json.get('correct') : undefined;
}
