import { canonicalize } from '../../src/intoto/canonical.ts';
import { type Envelope, makeEnvelope } from '../../src/intoto/envelope.ts';
import type { JsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { AnySignature } from '../../src/intoto/signature.ts';
import type { VerificationKey } from '../../src/intoto/verification-key.ts';
import type { Certificate, KeyFacts } from '../../src/openpgp/certificate.ts';
import type { Finding } from '../../src/verify/finding.ts';
import { type SupplyChainVerdict, verifySupplyChain } from '../../src/verify/supply-chain.ts';
import type { LinkFile, LinkSource, SupplyChain } from '../../src/verify/supply-chain-facts.ts';
import { type LayoutText, makeLayoutJson } from './layout.ts';
import { type SignatureWords, type SigningKey, signedAt } from './signing-key.ts';
import { artifacts } from './world.ts';

/** Name → content. */
type Files = Readonly<Record<string, string>>;

export interface LinkText {
  readonly name: string;
  readonly materials?: Files;
  readonly products?: Files;
  readonly command?: readonly string[];
  readonly byproducts?: JsonObject;
}

export function linkJson({
  name,
  materials = {},
  products = {},
  command = [],
  byproducts,
}: LinkText): JsonObject {
  return linkToJson({
    name,
    command,
    materials: artifacts(materials),
    products: artifacts(products),
    byproducts: byproducts ?? new Map(),
    environment: new Map(),
  });
}

/** Whoever signs: with OpenPGP, or with a key of in-toto's own. */
export interface Signing {
  readonly key: { readonly keyid: string };
  sign(content: Uint8Array, words?: SignatureWords): AnySignature;
}

export function signed(json: JsonObject, by: readonly Signing[], words?: SignatureWords): Envelope {
  const bytes = canonicalize(json);
  return makeEnvelope(
    json,
    by.map((signer) => signer.sign(bytes, words)),
  );
}

/** How in-toto names the file of a link, and without `.link` the directory of a sublayout. */
export function fileName(step: string, { key }: Pick<Signing, 'key'>, suffix = '.link'): string {
  return `${step}.${key.keyid.slice(0, 8)}${suffix}`;
}

/** A directory of links that lies nowhere: paths as on a disk; a text is a file that cannot be read, and why. */
export function memoryLinks(files: ReadonlyMap<string, Envelope | string>): LinkSource {
  return {
    links: async (step) => [...files].flatMap(([path, content]) => linkFile(path, content, step)),
    below: (step, keyid) => {
      const directory = `${step}.${keyid.slice(0, 8)}/`;
      const inside = [...files].filter(([path]) => path.startsWith(directory));
      return memoryLinks(new Map(inside.map(([path, content]) => [path.slice(directory.length), content])));
    },
  };
}

function linkFile(file: string, content: Envelope | string, step: string): LinkFile[] {
  const [, keyidPrefix] = new RegExp(`^${step}\\.([0-9a-f]{8})\\.link$`).exec(file) ?? [];
  if (keyidPrefix === undefined) return [];
  return [
    typeof content === 'string'
      ? { file, keyidPrefix, problem: content }
      : { file, keyidPrefix, envelope: content },
  ];
}

/** What a certificate says of a key and its subkeys; `facts` by key id are laid over a healthy signing key's. */
export function certificateOf(
  signer: Pick<SigningKey, 'key'>,
  userId: string,
  facts: ReadonlyMap<string, Partial<KeyFacts>> = new Map(),
): Certificate {
  const { key } = signer;
  const all = [key, ...key.subkeys.values()].map(({ keyid }) =>
    healthy(keyid, keyid === key.keyid, facts.get(keyid)),
  );
  return {
    fingerprint: key.keyid.toUpperCase(),
    userIds: [userId],
    publicKey: key,
    keys: new Map(all.map((each) => [each.keyid, each])),
    armored: '',
  };
}

function healthy(keyid: string, isPrimary: boolean, more: Partial<KeyFacts> = {}): KeyFacts {
  return {
    keyid,
    isPrimary,
    maySign: true,
    whyNot: undefined,
    created: 0,
    expires: undefined,
    revocation: undefined,
    weak: undefined,
    ...more,
  };
}

/** 100 days after everything was signed. */
export const verifiedAt = signedAt + 100 * 86400;

export interface ChainText {
  readonly owner: Signing & { readonly key: VerificationKey };
  readonly layout: LayoutText;
  readonly files: ReadonlyMap<string, Envelope | string>;
}

/** The question an honest verifier asks; `more` makes it another one. */
export function verifyChain(text: ChainText, more: Partial<SupplyChain> = {}): Promise<SupplyChainVerdict> {
  return verifySupplyChain({
    layout: signed(makeLayoutJson(text.layout), [text.owner]),
    owners: [text.owner.key],
    ownerThreshold: 1,
    links: memoryLinks(text.files),
    certificates: [],
    now: verifiedAt,
    parameters: undefined,
    inspect: undefined,
    ...more,
  });
}

/** Codes of the findings of one severity, in order. */
export function codesOf({ findings }: SupplyChainVerdict, severity: Finding['severity']): readonly string[] {
  return findings.filter((finding) => finding.severity === severity).map(({ code }) => code);
}
