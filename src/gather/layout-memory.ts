import * as path from 'node:path';
import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { readText, writeWhole } from '../hooks/file.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { Finding } from '../verify/finding.ts';
import type { TrustedLayout } from '../verify/layout-trust.ts';
import { isWritable } from './writable.ts';

const LINE = /^(refs\/\S+) (\d+)$/;

/**
 * The newest layout that this clone saw on each branch of a remote: `<git dir>/mlchain/layouts`, a line
 * `ref SP age in seconds` each. A host that forces a branch back to before the owners changed the layout would
 * otherwise bring the old one into force again, and nothing in the commits would tell (`product.md` §3, "age").
 */
export async function forcedBack(
  repo: RepositoryReader,
  revision: string,
  layout: TrustedLayout | undefined,
): Promise<Finding[]> {
  if (layout === undefined) return [];
  const seen = await readMemory(repo);
  const here = await branchesAt(repo, revision);
  const older = here.filter((ref) => (seen.get(ref) ?? 0) > layout.age);
  const newer = here.filter((ref) => (seen.get(ref) ?? 0) < layout.age);
  if (newer.length > 0 && repo.git !== undefined && (await isWritable(repo.commonDir))) {
    await writeMemory(repo, new Map([...seen, ...newer.map((ref) => [ref, layout.age] as const)]));
  }
  return older.map((ref) => ({
    code: 'layout-rollback',
    severity: 'violation',
    commit: revision,
    path: LAYOUT_PATH,
    detail: `this clone saw a newer one on ${ref}`,
  }));
}

async function branchesAt(repo: RepositoryReader, revision: string): Promise<string[]> {
  return [...(await listRefs(repo, 'refs/remotes/'))].filter(([, id]) => id === revision).map(([ref]) => ref);
}

function memoryFile(repo: RepositoryReader): string {
  return path.join(repo.commonDir, 'mlchain', 'layouts');
}

async function readMemory(repo: RepositoryReader): Promise<Map<string, number>> {
  const lines = ((await readText(memoryFile(repo))) ?? '').split('\n').map((line) => LINE.exec(line));
  return new Map(lines.flatMap((match) => (match === null ? [] : [[match[1] ?? '', Number(match[2])]])));
}

async function writeMemory(repo: Repository, memory: ReadonlyMap<string, number>): Promise<void> {
  await writeWhole(memoryFile(repo), [...memory].map(([ref, age]) => `${ref} ${age}\n`).join(''), 0o644);
}
