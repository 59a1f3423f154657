import type { DeliveryResult } from '../../ledger/delivery.ts';
import { count } from '../../report/words.ts';

/** One line about what a remote took: `3 links and statements of 2 signers delivered`. */
export function describeDelivery({ delivered }: Pick<DeliveryResult, 'delivered'>): string {
  const lines = [...delivered.values()].reduce((sum, number) => sum + number, 0);
  const signers = delivered.size === 1 ? '' : ` of ${count(delivered.size, 'signer')}`;
  return `delivered ${count(lines, 'piece of evidence', 'pieces of evidence')}${signers}`;
}
