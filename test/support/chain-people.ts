import type { PublicKey } from '../../src/intoto/key.ts';
import type { VerificationKey } from '../../src/intoto/verification-key.ts';
import type { Signing } from './chain.ts';
import type { Name } from './chain-plan.ts';
import { makeSigningKey } from './signing-key.ts';
import { makeSslibSigningKey } from './sslib-key.ts';

/** A key of every kind in-toto knows, each with a holder. */
export interface ChainPerson extends Signing {
  readonly key: VerificationKey;
  /** Signing subkeys that the key lists. */
  readonly subkeys: readonly (Signing & { readonly key: VerificationKey })[];
}

export type ChainPeople = Readonly<Record<Name, ChainPerson>> & {
  readonly olivia: { readonly key: PublicKey };
};

export function makeChainPeople(): ChainPeople {
  const [one, other, rsa] = [makeSigningKey(), makeSigningKey(), makeSigningKey('rsa2048')];
  const alone = <T extends Signing & { readonly key: VerificationKey }>(signer: T) => ({
    ...signer,
    subkeys: [],
  });
  return {
    olivia: alone(makeSigningKey()),
    alice: alone(makeSigningKey('dsa2048')),
    bob: { ...makeSigningKey('ed25519', { subkeys: [one, other] }), subkeys: [one, other] },
    carla: { ...makeSigningKey('rsa2048', { subkeys: [rsa] }), subkeys: [rsa] },
    dan: alone(makeSslibSigningKey('ed25519')),
    erin: alone(makeSslibSigningKey('rsassa-pss-sha256')),
    mallory: alone(makeSigningKey()),
  };
}
