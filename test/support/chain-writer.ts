import * as fs from 'node:fs';
import * as path from 'node:path';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { type Envelope, makeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { type JsonObject, jsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import { anySignatureFromJson } from '../../src/intoto/signature.ts';
import { fileName, type Signing, signed } from './chain.ts';
import type { ChainPeople, ChainPerson } from './chain-people.ts';
import type { ChainPlan, Fate, Name, Signing as SigningPlan, StepPlan } from './chain-plan.ts';
import {
  type Contents,
  type Done,
  inspectionRulesOf,
  playSteps,
  rulesOf,
  withPlaceholders,
} from './chain-rules.ts';
import { inAYear, makeLayoutJson } from './layout.ts';

/** A chain on disk, as both verifiers are asked about it. */
export interface WrittenChain {
  readonly directory: string;
  readonly product: string;
  readonly parameters: Readonly<Record<string, string>> | undefined;
}

const LAST_YEAR = Date.UTC(2025, 10, 1);

/** Writes layout, links and the delivered product. */
export function writeChain(plan: ChainPlan, people: ChainPeople, directory: string): WrittenChain {
  const { done, left } = playSteps(plan.steps);
  const delivered = deliveredOf(plan, left);
  const links = path.join(directory, 'links');
  write(path.join(links, 'root.layout'), layoutOf(plan, people, done, delivered));
  plan.steps.forEach((step, at) => {
    for (const signing of step.signings) writeSigning(step, signing, done[at] as Done, people, links);
  });
  const product = path.join(directory, 'product');
  fs.mkdirSync(product, { recursive: true });
  for (const [name, content] of delivered) writeText(path.join(product, name), content);
  const parameters =
    plan.parameters === 'none' ? undefined : plan.parameters === 'given' ? { p: 'a' } : { q: 'a' };
  return { directory: links, product, parameters };
}

function deliveredOf({ delivered }: ChainPlan, left: Contents): Contents {
  if (delivered === 'one more') return new Map([...left, ['b', 'surplus']]);
  const [first] = left.keys();
  return delivered === 'as made' || first === undefined ? left : new Map([...left, [first, 'other']]);
}

function layoutOf(
  plan: ChainPlan,
  people: ChainPeople,
  done: readonly Done[],
  delivered: Contents,
): Envelope {
  const steps = plan.steps.map((step, at) => {
    const rules = rulesOf(step, done[at] as Done, done.slice(0, at));
    const pubkeys = step.functionaries.map((name) => namedKey(people[name], step));
    const { threshold } = step;
    return [`s${at}`, { threshold, pubkeys, ...(at === 0 ? withPlaceholders(rules, plan) : rules) }] as const;
  });
  const inspections = plan.inspections.map(
    (each, at) => [`i${at}`, { run: each.run, ...inspectionRulesOf(each, delivered, done) }] as const,
  );
  const json = makeLayoutJson({
    expires: plan.layout === 'expired' ? LAST_YEAR : inAYear,
    keys: [...new Set(plan.steps.flatMap(({ functionaries }) => functionaries))].map(
      (name) => people[name].key,
    ),
    steps: Object.fromEntries(steps),
    inspections: Object.fromEntries(inspections),
  });
  if (plan.layout === 'unsigned') return signed(json, []);
  if (plan.layout === 'by mallory') return signed(json, [people.mallory]);
  const envelope = signed(json, [people.olivia]);
  if (plan.layout !== 'altered after signing') return envelope;
  return makeEnvelope(new Map([...json, ['readme', 'altered']]), envelope.signatures);
}

function namedKey({ key, subkeys }: ChainPerson, { namesSubkey }: StepPlan): string {
  return (namesSubkey ? subkeys[0]?.key.keyid : undefined) ?? key.keyid;
}

/** Who signs, with which key. */
export function signerOf(step: StepPlan, { by, subkey }: SigningPlan, people: ChainPeople) {
  const name = step.functionaries[by % step.functionaries.length] as Name;
  const person = people[name];
  const own = subkey ? person.subkeys[0] : undefined;
  return { name, person, signer: own ?? person, isSubkey: own !== undefined };
}

function writeSigning(
  step: StepPlan,
  signing: SigningPlan,
  done: Done,
  people: ChainPeople,
  links: string,
): void {
  const { name, person, signer, isSubkey } = signerOf(step, signing, people);
  const { fate } = signing;
  const file = path.join(links, fileFor(fate, done.name, name, person, signer, isSubkey, people));
  if (fate === 'never written') return;
  if (fate === 'not JSON') writeText(file, '{"signatures":');
  else if (fate === 'a sublayout' || fate === 'a sublayout that fails') {
    write(file, signed(sublayoutOf(people), [signer]));
    if (fate === 'a sublayout') writeInner(done, signer, people, links);
  } else write(file, envelopeOf(fate, done, fate === 'signed by mallory' ? people.mallory : signer));
}

function fileFor(
  fate: Fate,
  step: string,
  name: Name,
  person: ChainPerson,
  signer: Signing,
  isSubkey: boolean,
  people: ChainPeople,
): string {
  if (fate === 'in another file') return fileName(step, name === 'alice' ? people.bob : people.alice);
  const other = isSubkey ? person : person.subkeys[0];
  return fileName(step, fate === 'under another name of its signer' ? (other ?? signer) : signer);
}

function sublayoutOf(people: ChainPeople): JsonObject {
  const inner = { pubkeys: [people.dan.key.keyid], materials: ['ALLOW *'], products: ['ALLOW *'] };
  return makeLayoutJson({ keys: [people.dan.key], steps: { inner } });
}

function writeInner(done: Done, signer: Signing, { dan }: ChainPeople, links: string): void {
  const directory = path.join(links, fileName(done.name, signer, ''));
  write(path.join(directory, fileName('inner', dan)), signed(linkOf({ ...done, name: 'inner' }), [dan]));
}

function envelopeOf(fate: Fate, done: Done, signer: Signing): Envelope {
  const envelope = signed(linkOf(done, fate), [signer]);
  if (fate === 'altered after signing') {
    return makeEnvelope(new Map([...envelope.signed, ['command', ['other']]]), envelope.signatures);
  }
  return fate === 'signature broken' ? broken(envelope) : envelope;
}

/** The first digit of the signature's second half: never in the head of a DER sequence. */
function broken({ signed: json, signatures }: Envelope): Envelope {
  const changed = signatures.map((signature) => {
    const at = Math.floor(signature.signature.length / 2);
    const digit = signature.signature[at] === '0' ? '1' : '0';
    const text = signature.signature.slice(0, at) + digit + signature.signature.slice(at + 1);
    return anySignatureFromJson(
      jsonObject([...signature.json, [signature.kind === 'sslib' ? 'sig' : 'signature', text]]),
    );
  });
  return makeEnvelope(json, changed);
}

function linkOf(done: Done, fate: Fate = 'as it was'): JsonObject {
  const digests = (contents: Contents) =>
    new Map([...contents].map(([name, content]) => [name, new Map([['sha256', sha256Hex(content)]])]));
  const products = digests(changed(done.products, fate, 'product'));
  const [first] = products;
  if (fate === 'two digests' && first !== undefined) first[1].set('sha512', 'ab');
  return linkToJson({
    name: fate === 'other name' ? 'other' : done.name,
    command: ['make'],
    materials: digests(changed(done.materials, fate, 'material')),
    products,
    byproducts: jsonObject([['return-value', fate === 'command failed' ? 1 : 0]]),
    environment: jsonObject([]),
  });
}

function changed(contents: Contents, fate: Fate, list: 'material' | 'product'): Contents {
  const [first] = contents.keys();
  if (fate === `${list} added`) return new Map([...contents, ['y/a', 'smuggled']]);
  if (first === undefined) return contents;
  if (fate === `${list} changed`) return new Map([...contents, [first, 'tampered']]);
  return fate === `${list} dropped` ? new Map([...contents].slice(1)) : contents;
}

function write(file: string, { signed: json, signatures }: Envelope): void {
  writeText(file, writeEnvelopeFile(json, signatures));
}

function writeText(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}
