import { DigestCache } from '../../artifact/digest-cache.ts';
import { isWritable } from '../../gather/writable.ts';
import type { Repository } from '../../git/repository.ts';
import { pendingLinks } from '../../record/desk.ts';
import { queuedCommits } from '../../record/missing.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { count, shortId } from '../../report/words.ts';
import { Seal, sealFile } from '../../user/seal.ts';
import { CONFIG_FILE } from '../config-schema.ts';
import { configOf } from '../recording.ts';
import { failure, ok, warning } from './diagnosis.ts';

export async function examineConfig(repo: Repository): Promise<readonly Diagnosis[]> {
  const config = await configOf(repo);
  if (config === undefined)
    return [ok('configuration', `there is no ${CONFIG_FILE}, and none is needed to verify`)];
  return [ok('configuration', `${CONFIG_FILE} names ${count(config.steps.size, 'step')}`)];
}

export async function examineWork(repo: Repository): Promise<readonly Diagnosis[]> {
  const pending = await pendingLinks(repo).list();
  const queued = await queuedCommits({ repo });
  return [
    pending.length === 0
      ? ok('pending', 'no run waits for its commit')
      : ok(
          'pending',
          `waiting for a commit of what they made: ${pending.map(({ step }) => step).join(', ')}`,
        ),
    queued.length === 0
      ? ok('queue', 'every commit that is yours to sign is signed')
      : warning(
          'queue',
          `not signed yet: ${queued.map(shortId).join(', ')}`,
          "'git mlchain record --missing'",
        ),
  ];
}

/** Nothing depends on a cache; a broken one is an error all the same, because every command would meet it. */
export async function examineCaches(repo: Repository): Promise<readonly Diagnosis[]> {
  const directory = `${repo.commonDir}/mlchain`;
  const seal = Seal.open(repo.env);
  if (seal === undefined) {
    const says = `${sealFile(repo.env)} is no secret of yours alone: everything is hashed and judged anew each time`;
    return [warning('caches', says, `'rm ${sealFile(repo.env)}'`)];
  }
  try {
    const cache = new DigestCache(repo.commonDir, seal);
    // One lookup reads one of its 256 files.
    for (let shard = 0; shard < 256; shard += 1)
      cache.get(shard.toString(16).padStart(2, '0').padEnd(40, '0'));
  } catch (error) {
    return [failure('caches', `cannot be read: ${(error as Error).message}`, `'rm -r ${directory}/digests'`)];
  }
  if (await isWritable(repo.commonDir)) return [ok('caches', 'can be read, and written')];
  const says = `${repo.commonDir} cannot be written: everything is hashed and judged anew each time`;
  return [warning('caches', says, 'give yourself write access, or take a clone of your own')];
}
