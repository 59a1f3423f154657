import type { JsonObject } from '../../intoto/json.ts';
import { descriptorsOf, descriptorToJson, linkStatement, statementToJson } from '../../intoto/statement.ts';
import { timestamp } from '../../intoto/timestamp.ts';
import type { StepLink } from '../../verify/counting-link.ts';
import { type Attestation, gitUri, object, personUri } from './attestation.ts';

const PROVENANCE = 'https://slsa.dev/provenance/v1';
/** What `externalParameters` mean and how to run it again: docs/exchange.md. */
const BUILD_TYPE = 'urn:git-mlchain:step:v1';

/** What one link says: as a link and, where a command ran, as provenance. */
export function linkAttestations(link: StepLink): readonly Attestation[] {
  const { commit, step } = link;
  const statements = [linkStatement(link.link, commitDescriptor(link))];
  if (link.link.command.length > 0) statements.push(provenance(link));
  return statements.map((statement) => ({ commit, name: step, statement }));
}

/** SLSA provenance v1. The builder is the functionary: nobody else vouches for what ran. */
function provenance(link: StepLink): JsonObject {
  const { command, materials, products } = link.link;
  const commit = commitDescriptor(link);
  return statementToJson({
    subject: products.size > 0 ? descriptorsOf(products) : [commit],
    predicateType: PROVENANCE,
    predicate: object({
      buildDefinition: object({
        buildType: BUILD_TYPE,
        externalParameters: object({ step: link.step, command }),
        resolvedDependencies: [...descriptorsOf(materials), commit].map(descriptorToJson),
      }),
      runDetails: object({
        builder: object({ id: personUri(link.signer.fingerprint) }),
        metadata: object({ invocationId: `sha256:${link.entry.id}`, ...finishedOn(link) }),
      }),
    }),
  });
}

/** The commit whose tree holds the products. */
function commitDescriptor({ commit }: StepLink) {
  return { name: 'commit', uri: gitUri('commit', commit), digest: new Map([['gitCommit', commit]]) };
}

function finishedOn({ binding, created }: StepLink): { finishedOn?: string } {
  if (binding !== undefined) return { finishedOn: binding.recorded };
  return created === undefined ? {} : { finishedOn: timestamp(created * 1000) };
}
