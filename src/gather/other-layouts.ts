import { isAncestor } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import { entryAt, listTree } from '../git/tree.ts';
import { KEYS_DIR, LAYOUT_PATH } from '../layout/paths.ts';
import type { Trust } from '../verify/facts.ts';
import type { Finding } from '../verify/finding.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { KeyBook } from '../verify/key-book.ts';
import { judgeLayout, type TrustedLayout } from '../verify/layout-trust.ts';
import { readCertificateBlobs } from './certificates.ts';
import { layoutFacts } from './layout-at.ts';
import { ownersAt } from './owners-files.ts';

const PLACES = ['refs/heads/', 'refs/remotes/', 'refs/tags/'];

interface Elsewhere {
  readonly tip: string;
  readonly layout: TrustedLayout;
}

/**
 * A trusted layout that is newer than the one in force at REV, on any ref of this clone (`product.md` §3, "age"). Then
 * REV is out of date: worth a word. For a release more than that – an old tag, whose commit the newer layout knew, may
 * still be released; a fork that went on under the old one may not: a functionary who was removed since could have
 * signed there what the owners no longer allow (threat 63).
 */
export async function outdatedLayout(
  repo: RepositoryReader,
  history: HistoryJudgment,
  revision: string,
  asked: { readonly trust: Trust; readonly now: number; readonly release: boolean },
): Promise<Finding[]> {
  const own = history.commits.get(revision)?.inForce.own;
  if (own === undefined) return [];
  const newer = (await layoutsElsewhere(repo, own, asked)).filter(
    ({ layout }) => layout.age > own.age && layout.id === own.id,
  );
  const [first] = newer;
  if (first === undefined) return [];
  const base = {
    commit: revision,
    path: LAYOUT_PATH,
    detail: `a newer one is in force at ${first.tip}`,
  } as const;
  const known = await anyDescends(repo, revision, newer);
  if (known || !asked.release) return [{ ...base, code: 'superseded', severity: 'warning' }];
  return [{ ...base, code: 'layout-rollback', severity: 'violation' }];
}

async function anyDescends(
  repo: RepositoryReader,
  revision: string,
  newer: readonly Elsewhere[],
): Promise<boolean> {
  for (const { tip } of newer) if (await isAncestor(repo, revision, tip)) return true;
  return false;
}

/** The trusted layouts at the tips of all branches and tags, but for those that have REV's. */
async function layoutsElsewhere(
  repo: RepositoryReader,
  own: TrustedLayout,
  { trust, now }: { readonly trust: Trust; readonly now: number },
): Promise<Elsewhere[]> {
  const found: Elsewhere[] = [];
  for (const [blob, tip] of await layoutBlobs(repo)) {
    if (blob === own.blob) continue;
    const keys = await keysAt(repo, tip);
    const owners = await ownersAt(repo, tip, { keys, trust, now });
    const judgment = judgeLayout(await layoutFacts(repo, blob), keys, owners, now);
    if (judgment.trusted !== undefined) found.push({ tip, layout: judgment.trusted });
  }
  return found;
}

/** Each distinct layout file, and one commit that has it. */
async function layoutBlobs(repo: RepositoryReader): Promise<ReadonlyMap<string, string>> {
  const blobs = new Map<string, string>();
  for (const id of new Set((await listRefs(repo, ...PLACES)).values())) {
    const tip = await repo.tryResolve(id);
    const layout = tip && (await entryAt(repo, tip, LAYOUT_PATH));
    if (tip !== undefined && layout !== undefined && layout !== '') blobs.set(layout.id, tip);
  }
  return blobs;
}

/** What the certificates in a commit's own tree say. */
export async function keysAt(repo: RepositoryReader, commit: string): Promise<KeyBook> {
  const blobs: string[] = [];
  for await (const [, entry] of listTree(repo, commit, [`${KEYS_DIR}/`])) blobs.push(entry.id);
  return new KeyBook(await readCertificateBlobs(repo, blobs));
}
