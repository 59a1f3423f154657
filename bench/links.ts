import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Artifacts } from '../src/intoto/digest.ts';
import { makeEnvelope, writeEnvelopeFile } from '../src/intoto/envelope.ts';
import { jsonObject } from '../src/intoto/json.ts';
import { layoutToJson } from '../src/intoto/layout.ts';
import { linkToJson } from '../src/intoto/link.ts';
import { parseRule } from '../src/intoto/rule.ts';
import { readKeys } from '../src/openpgp/certificate.ts';
import { generateKey } from '../src/openpgp/generate.ts';
import { makeSignature } from '../src/openpgp/own-signer.ts';
import { openSecretKey } from '../src/openpgp/secret-key.ts';

export interface LinkDirectory {
  readonly directory: string;
  readonly ownerFile: string;
  readonly keyid: string;
}

/** An in-toto directory: so many steps in a row, each turning the products of the one before into as many of its own. */
export async function makeLinkDirectory(
  directory: string,
  steps: number,
  artifacts: number,
): Promise<LinkDirectory> {
  fs.mkdirSync(path.join(directory, 'product'), { recursive: true });
  const created = Math.floor(Date.now() / 1000) - 86_400;
  const { armoredSecret, certificate } = await generateKey({
    name: 'Bench',
    email: 'bench@example.org',
    type: 'ed25519',
    created,
  });
  const [key] = readKeys(armoredSecret);
  if (key === undefined) throw new Error('no key');
  const secret = openSecretKey(key.primary.packet);
  const { keyid, json } = certificate.publicKey;
  const write = (name: string, signed: ReturnType<typeof linkToJson>) => {
    const { signedBytes } = makeEnvelope(signed, []);
    fs.writeFileSync(
      path.join(directory, name),
      writeEnvelopeFile(signed, [makeSignature(secret, signedBytes, created + 60)]),
    );
  };
  const layout = layoutToJson({
    expires: Date.UTC(2090, 0, 1),
    readme: '',
    keys: new Map([[keyid, json]]),
    steps: Array.from({ length: steps }, (_, step) => ({
      name: `step${step}`,
      expectedCommand: [],
      threshold: 1,
      pubkeys: [keyid],
      expectedMaterials: [
        ...(step === 0 ? [] : [parseRule(['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', `step${step - 1}`])]),
        parseRule(['DISALLOW', '*']),
      ],
      expectedProducts: [parseRule(['CREATE', `s${step}/*`]), parseRule(['DISALLOW', '*'])],
    })),
    inspections: [],
  });
  write('root.layout', layout);
  for (let step = 0; step < steps; step += 1) {
    const signed = linkToJson({
      name: `step${step}`,
      command: [],
      materials: step === 0 ? new Map() : files(step - 1, artifacts),
      products: files(step, artifacts),
      byproducts: jsonObject([]),
      environment: jsonObject([]),
    });
    write(`step${step}.${keyid.slice(0, 8)}.link`, signed);
  }
  const ownerFile = path.join(directory, 'owner.asc');
  fs.writeFileSync(ownerFile, certificate.armored);
  return { directory, ownerFile, keyid };
}

function files(step: number, count: number): Artifacts {
  return new Map(
    Array.from({ length: count }, (_, at) => {
      const name = `s${step}/dir${at % 97}/file-${at}.bin`;
      return [name, new Map([['sha256', createHash('sha256').update(name).digest('hex')]])] as const;
    }),
  );
}
