import { DvcContents } from '../artifact/dvc/contents.ts';
import type { Artifact } from '../artifact/kind.ts';
import { isUnexplainable } from '../artifact/kind.ts';
import type { Repository } from '../git/repository.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { StepLink } from '../verify/counting-link.ts';
import type { Finding } from '../verify/finding.ts';
import { lookAtDvc } from './deep-dvc.ts';
import { lookAtExternal } from './deep-external.ts';
import { LfsContents } from './deep-lfs.ts';
import type { Look } from './deep-look.ts';

/**
 * `verify --deep`: whether what pointers and links stand for is what lies in this clone. Nothing of what an earlier run
 * read is believed, nothing is fetched, and no filter runs. A content that is somebody else's is a violation, one that
 * is not here leaves the verdict open (threat 38) – but for what git ignores, which no clone has to have.
 * @param only the steps to ask about; all where undefined
 */
export async function deepFindings(
  repo: Repository,
  judgment: CommitJudgment | undefined,
  only: ReadonlySet<string> | undefined,
): Promise<Finding[]> {
  if (judgment?.state === undefined) return [];
  const { commit, state, effective } = judgment;
  // Only where it is checked out does the work tree have anything to say about a commit.
  const workTree = (await repo.head()) === commit.id ? repo.workTree : undefined;
  const lfs = new LfsContents(repo, commit.id, workTree);
  const dvc = new DvcContents(repo);
  const findings: Finding[] = [];
  for (const [step, { artifacts, paths }] of state.steps) {
    if (only?.has(step) === false) continue;
    const link = effective.get(step)?.link;
    const base = baseOf(commit.id, step, link);
    for (const [path, artifact] of paths) {
      if (artifact.kind === 'lfs') findings.push(...told(await lfs.look(path, artifact), path, base));
    }
    for (const [name, artifact] of pointedIn(artifacts)) {
      const signed = link?.link.products.get(name)?.get('sha256');
      findings.push(...told(lookAtDvc(dvc, workTree, { name, kind: artifact.kind, signed }), name, base));
    }
    for (const name of link?.binding?.external ?? []) {
      const signed = link?.link.products.get(name)?.get('sha256');
      findings.push(...told(await lookAtExternal(workTree, name, signed), name, base));
    }
  }
  return findings;
}

/** Who answers for the artifact: where a step has a link, its signer, at the commit where it was made. */
function baseOf(commit: string, step: string, link: StepLink | undefined) {
  return { commit: link?.commit ?? commit, step, signer: link?.signer };
}

function* pointedIn(artifacts: ReadonlyMap<string, Artifact>): Iterable<readonly [string, Artifact]> {
  for (const [name, artifact] of artifacts) {
    if (artifact.kind.startsWith('dvc:') && !isUnexplainable(artifact.kind)) yield [name, artifact];
  }
}

function told(look: Look, path: string, base: ReturnType<typeof baseOf>): Finding[] {
  return look === undefined ? [] : [{ ...base, ...look, path }];
}
