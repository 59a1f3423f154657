import * as fs from 'node:fs';
import { readCommit } from '../../git/history.ts';
import { Repository } from '../../git/repository.ts';
import { entryAt } from '../../git/tree.ts';
import { canonicalize } from '../../intoto/canonical.ts';
import { type Artifacts, sha256Hex } from '../../intoto/digest.ts';
import { writeEnvelope } from '../../intoto/envelope.ts';
import { jsonObject } from '../../intoto/json.ts';
import { linkToJson } from '../../intoto/link.ts';
import { bindingToJson } from '../../ledger/binding.ts';
import { appendLines } from '../../ledger/ledger.ts';
import { findSigner } from '../../openpgp/signer.ts';
import type { Actor, Stage } from './stage.ts';

const MODEL = 'model/digits.json';
const MATERIALS = ['data/train.csv', 'data/test.csv', 'scripts/train.mjs'] as const;

/**
 * What a functionary with a tool of their own could sign: a link for HEAD that says, truly, that the model was made
 * from the data in the work tree – which nobody has committed. No command of git-mlchain would sign it.
 */
export async function signPastTheCheck(stage: Stage, actor: Actor, directory: string): Promise<void> {
  const repo = await Repository.open(stage.at(directory), actor.env);
  try {
    const commit = await readCommit(repo, await repo.resolveCommit('HEAD'));
    const signer = await findSigner({ choices: [], env: actor.env, gpgProgram: 'gpg', mayPrompt: false });
    const inWorkTree = (path: string) => sha256Hex(fs.readFileSync(stage.at(directory, path)));
    const before = await entryAt(repo, 'HEAD~1', MODEL);
    const signed = linkToJson({
      name: 'train',
      command: ['node', 'scripts/train.mjs'],
      materials: artifacts(MATERIALS, inWorkTree),
      products: artifacts([MODEL], inWorkTree),
      byproducts: jsonObject([['return-value', 0]]),
      environment: jsonObject([
        [
          'mlchain',
          bindingToJson({
            recorder: 'run',
            commit: commit.id,
            tree: commit.tree,
            parents: commit.parents,
            objectFormat: repo.objectFormat,
            author: `${commit.author.name} <${commit.author.email}>`,
            recorded: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
            changed: new Map([
              [
                MODEL,
                {
                  before: (before && (await repo.objects.hash(before.id))) ?? null,
                  after: inWorkTree(MODEL),
                },
              ],
            ]),
            kinds: new Map(),
            external: [],
            rewrittenFrom: undefined,
          }),
        ],
      ]),
    });
    const line = writeEnvelope(signed, [await signer.sign(canonicalize(signed))]);
    await appendLines(repo, signer.fingerprint, new Map([[commit.id, [line]]]));
  } finally {
    await repo.close();
  }
}

function artifacts(paths: readonly string[], digest: (path: string) => string): Artifacts {
  return new Map(paths.map((path) => [path, new Map([['sha256', digest(path)]])]));
}
