import type { Proposal } from '../record/by-hand.ts';
import { escapeText, quotePath } from './escape.ts';
import { unexplainedWords } from './recording-text.ts';
import { shortDigest, shortId } from './words.ts';

const SHOWN = 20;

/** What somebody is asked to put their name to: all of it, as far as a screen goes. */
export function proposalLines({ occurrence, draft, unexplained }: Proposal): readonly string[] {
  const { commit } = occurrence;
  return [
    `${escapeText(draft.step)} at ${shortId(commit.id)}, ${escapeText(commit.subject)} (${escapeText(draft.binding.author)})`,
    ...artifactLines('materials', draft.materials),
    ...artifactLines('products', draft.products),
    ...(unexplained === undefined
      ? []
      : [`  you alone would vouch for this: ${unexplainedWords(unexplained)}`]),
  ];
}

function artifactLines(title: string, artifacts: Proposal['draft']['materials']): readonly string[] {
  if (artifacts.size === 0) return [`  ${title}: none`];
  const shown = [...artifacts].slice(0, SHOWN).map(([name, digests]) => {
    const [digest = ['', '']] = digests;
    return `    ${shortDigest(digest.join(':'))}  ${quotePath(name)}`;
  });
  const more = artifacts.size - shown.length;
  return [`  ${title}:`, ...shown, ...(more > 0 ? [`    and ${more} more`] : [])];
}
