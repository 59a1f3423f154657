import type { DeliveryResult } from '../../ledger/delivery.ts';
import { escapeText } from '../../report/escape.ts';
import { count } from '../../report/words.ts';
import type { Voice } from '../voice.ts';

/** A refusal is read in a terminal: under 20 lines, whoever's hook it is that talks at the other end. */
const MOST_SIGNERS = 3;
const MOST_WORDS = 10;

/** One line about what a remote took: `3 links and statements of 2 signers delivered`. */
export function describeDelivery({ delivered }: Pick<DeliveryResult, 'delivered'>): string {
  const lines = [...delivered.values()].reduce((sum, number) => sum + number, 0);
  const signers = delivered.size === 1 ? '' : ` of ${count(delivered.size, 'signer')}`;
  return `delivered ${count(lines, 'piece of evidence', 'pieces of evidence')}${signers}`;
}

/** Whose evidence was not taken and why, with what the remote said about it: only there is the reason known. */
export function sayUndelivered(voice: Voice, { failed, remoteWords }: DeliveryResult): void {
  for (const [signer, reason] of [...failed].slice(0, MOST_SIGNERS)) {
    voice.error(`the evidence of ${signer} was not taken: ${escapeText(reason.trim())}`);
  }
  if (failed.size > MOST_SIGNERS)
    voice.note(`… nor that of ${count(failed.size - MOST_SIGNERS, 'more signer')}`);
  for (const line of remoteWords.slice(0, MOST_WORDS)) voice.note(`remote: ${escapeText(line)}`);
}
