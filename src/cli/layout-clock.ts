import { setTimeout as sleep } from 'node:timers/promises';
import { MlchainError } from '../errors.ts';
import { layoutFacts } from '../gather/layout-at.ts';
import type { Repository } from '../git/repository.ts';
import { parseSignatureHeader } from '../intoto/signature.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { judgeWith } from './layout-signing.ts';

/** What this one is to replace; while a merge is being settled, two. */
const REPLACED = ['HEAD', 'MERGE_HEAD'];
/** So long it is waited for a clock that is a little behind another owner's. */
const PATIENCE_MS = 5000;

/**
 * Waits until a signature made now is newer than the layout that it replaces. Times of signatures are whole seconds,
 * and of two layouts of one second nobody could tell which came first: the second would be `layout-rollback`.
 * @throws MlchainError where another owner's clock is too far ahead to wait for
 */
export async function waitForLaterSecond(
  repo: Repository,
  certificates: readonly Certificate[],
): Promise<void> {
  const newest = Math.max(...(await signingTimes(repo, certificates)));
  const wait = (newest + 1) * 1000 - Date.now();
  if (wait > PATIENCE_MS) {
    const until = new Date(newest * 1000).toISOString();
    throw new MlchainError(
      'failed',
      `the layout in HEAD was signed at ${until}, which is still to come here`,
      {
        hint: 'compare the clocks: a layout that is signed now would be older than the one it replaces',
      },
    );
  }
  while (Date.now() < (newest + 1) * 1000) await sleep((newest + 1) * 1000 - Date.now());
}

/** Of the good signatures alone: anybody can write a date into a bad one. */
async function signingTimes(repo: Repository, certificates: readonly Certificate[]): Promise<number[]> {
  const times: number[] = [];
  for (const revision of REPLACED) {
    const object = await repo.objects.info(`${revision}:${LAYOUT_PATH}`);
    const { envelope } = object === undefined ? { envelope: undefined } : await layoutFacts(repo, object.id);
    if (envelope === undefined) continue;
    const isGood = judgeWith(certificates, envelope);
    for (const signature of envelope.signatures) {
      if (signature.kind !== 'openpgp' || isGood(signature) !== true) continue;
      times.push(parseSignatureHeader(signature.otherHeaders).created ?? 0);
    }
  }
  return times;
}
