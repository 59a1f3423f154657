import * as path from 'node:path';
import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { readText, writeWhole } from '../hooks/file.ts';
import { LAYOUT_PATH, OWNERS_DIR } from '../layout/paths.ts';
import type { Finding } from '../verify/finding.ts';
import type { TrustedLayout } from '../verify/layout-trust.ts';
import { isWritable } from './writable.ts';

const LINE = /^(refs\/\S+) (\d+)(?: (\d+))?$/;

/** What was the newest on a branch. */
interface Seen {
  /** Of the layout, seconds. */
  readonly age: number;
  /** Of the owners; 0: there was none. */
  readonly owners: number;
}

/**
 * The newest layout, and version of the owners, that this clone saw on each branch of a remote:
 * `<git dir>/mlchain/layouts`, a line `ref SP age in seconds SP version` each. A host that forces a branch back to
 * before the owners changed the layout, or were changed, would otherwise bring the old one into force again, and
 * nothing in the commits would tell (`product.md` §3, "age" and "rotation").
 */
export async function forcedBack(
  repo: RepositoryReader,
  revision: string,
  layout: TrustedLayout | undefined,
  owners = 0,
): Promise<Finding[]> {
  if (layout === undefined) return [];
  const memory = await readMemory(repo);
  const seen = (await branchesAt(repo, revision)).map((ref) => {
    return { ref, ...(memory.get(ref) ?? { age: 0, owners: 0 }) };
  });
  const newer = seen.filter((each) => each.age < layout.age || each.owners < owners);
  if (newer.length > 0 && repo.git !== undefined && (await isWritable(repo.commonDir))) {
    const raised = newer.map(({ ref, ...each }) => {
      return [ref, { age: Math.max(each.age, layout.age), owners: Math.max(each.owners, owners) }] as const;
    });
    await writeMemory(repo, new Map([...memory, ...raised]));
  }
  const base = { severity: 'violation', commit: revision } as const;
  return seen.flatMap(({ ref, ...each }): Finding[] => {
    const detail = `this clone saw a newer one on ${ref}`;
    return [
      ...(each.age > layout.age
        ? [{ ...base, code: 'layout-rollback' as const, path: LAYOUT_PATH, detail }]
        : []),
      ...(each.owners > owners
        ? [{ ...base, code: 'owners-untrusted' as const, path: OWNERS_DIR, detail }]
        : []),
    ];
  });
}

async function branchesAt(repo: RepositoryReader, revision: string): Promise<string[]> {
  return [...(await listRefs(repo, 'refs/remotes/'))].filter(([, id]) => id === revision).map(([ref]) => ref);
}

function memoryFile(repo: RepositoryReader): string {
  return path.join(repo.commonDir, 'mlchain', 'layouts');
}

async function readMemory(repo: RepositoryReader): Promise<Map<string, Seen>> {
  const lines = ((await readText(memoryFile(repo))) ?? '').split('\n').map((line) => LINE.exec(line));
  return new Map(
    lines.flatMap((match) => {
      if (match === null) return [];
      const [, ref = '', age, owners = '0'] = match;
      return [[ref, { age: Number(age), owners: Number(owners) }]];
    }),
  );
}

async function writeMemory(repo: Repository, memory: ReadonlyMap<string, Seen>): Promise<void> {
  const lines = [...memory].map(([ref, { age, owners }]) => `${ref} ${age} ${owners}\n`);
  await writeWhole(memoryFile(repo), lines.join(''), 0o644);
}
