import type { Envelope } from '../../src/intoto/envelope.ts';
import { makeEnvelope } from '../../src/intoto/envelope.ts';
import type { JsonObject } from '../../src/intoto/json.ts';
import type { Signatory } from './world.ts';

/** A layout with a real signature of each of these people. */
export function signedBy(signed: JsonObject, people: readonly Signatory[]): Envelope {
  const { signedBytes } = makeEnvelope(signed, []);
  const now = Math.floor(Date.now() / 1000);
  return makeEnvelope(
    signed,
    people.map((person) => person.sign(signedBytes, now)),
  );
}
