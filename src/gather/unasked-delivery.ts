import type { Repository } from '../git/repository.ts';
import { deliveryAddress } from '../ledger/delivery-address.ts';
import {
  deliverOntoRemembered,
  type RememberedDelivery,
  rememberedTips,
} from '../ledger/delivery-remembered.ts';
import { localRef } from '../ledger/refs.ts';
import { type DueRequest, evidenceDue } from './evidence-due.ts';
import type { WholePush } from './pushed-notes.ts';

/** Branches and tags: a push that moves anything else is weighed first. */
const PLAIN = /^refs\/(?:heads|tags)\//;

/**
 * What a push of branches and tags owes its remote, delivered without asking first what is there: this clone knows what
 * was there last. Undefined where it does not, or where nothing is due then.
 */
export async function deliverUnasked(
  repo: Repository,
  { remote, url, pushed }: WholePush,
  request: DueRequest,
): Promise<RememberedDelivery | undefined> {
  const isMirror = (await repo.config(`remote.${remote}.mirror`)) === 'true';
  if (isMirror || !pushed.every(({ ref }) => PLAIN.test(ref))) return undefined;
  const address = await deliveryAddress(repo, remote, url);
  if (address.tracked === undefined) return undefined;
  const tips = await rememberedTips(repo, address.tracked);
  const remembered = new Map([...tips].map(([signer, tip]) => [localRef(signer), tip]));
  const { lines } = await evidenceDue(repo, { ...request, remembered });
  return await deliverOntoRemembered(repo, address, lines, tips);
}
