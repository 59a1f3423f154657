import { makeEnvelope, writeEnvelope } from '../../src/intoto/envelope.ts';
import type { JsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { Binding } from '../../src/ledger/binding.ts';
import { bindingToJson } from '../../src/ledger/binding.ts';
import type { Endorsement, Revocation } from '../../src/ledger/statement.ts';
import { endorsementToJson, revocationToJson } from '../../src/ledger/statement.ts';
import type { Signatory } from './world.ts';
import { START } from './world.ts';

const RECORDED = '2026-11-22T08:00:00Z';

export function makeBinding(commit: string, more: Partial<Binding> = {}): Binding {
  return {
    recorder: 'post-commit',
    commit,
    tree: '7'.repeat(commit.length),
    parents: ['9'.repeat(commit.length)],
    objectFormat: commit.length === 64 ? 'sha256' : 'sha1',
    author: 'Bob <bob@example.org>',
    recorded: RECORDED,
    changed: new Map([['model/m', { before: null, after: 'a'.repeat(64) }]]),
    kinds: new Map(),
    external: [],
    rewrittenFrom: undefined,
    ...more,
  };
}

export function makeLinkJson(commit: string, step = 'train', more: Partial<Binding> = {}): JsonObject {
  return linkToJson({
    name: step,
    command: [],
    materials: new Map(),
    products: new Map([['model/m', new Map([['sha256', 'a'.repeat(64)]])]]),
    byproducts: new Map(),
    environment: new Map([['mlchain', bindingToJson(makeBinding(commit, more))]]),
  });
}

/** The line of a note: `signed`, really signed. */
export function signedLine(by: Signatory, signed: JsonObject): string {
  return writeEnvelope(signed, [by.sign(makeEnvelope(signed, []).signedBytes, START)]);
}

export function linkLine(by: Signatory, commit: string, step?: string): string {
  return signedLine(by, makeLinkJson(commit, step));
}

export function makeEndorsement(commit: string, more: Partial<Endorsement> = {}): Endorsement {
  return { commit, artifacts: new Map(), reason: 'baseline', recorded: RECORDED, ...more };
}

export function makeRevocation(commit: string, more: Partial<Revocation> = {}): Revocation {
  return {
    commit,
    artifacts: new Map(),
    wholeCommit: true,
    undo: null,
    reason: 'labels 2 and 5 were swapped',
    recorded: RECORDED,
    ...more,
  };
}

export function revocationLine(by: Signatory, commit: string, more: Partial<Revocation> = {}): string {
  return signedLine(by, revocationToJson(makeRevocation(commit, more)));
}

export function endorsementLine(by: Signatory, commit: string, more: Partial<Endorsement> = {}): string {
  return signedLine(by, endorsementToJson(makeEndorsement(commit, more)));
}
