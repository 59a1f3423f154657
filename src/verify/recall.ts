import type { CountingLink } from './counting-link.ts';
import type { Seed } from './facts.ts';
import type { KeyBook } from './key-book.ts';

/** A remembered history as `Ancestry` needs it: the old commits in a row, the verified one last. */
export function lineOf({ memory, tip }: Seed): { id: string; parents: readonly string[] }[] {
  const line = [...memory.places.filter((place) => place !== tip.id), tip.id];
  return line.map((id, at) => ({ id, parents: line.slice(Math.max(at - 1, 0), at) }));
}

/** Links that were judged before: that they count is not asked again. */
export function recalledLinks({ links }: Seed, keys: KeyBook): CountingLink[] {
  return links.flatMap(({ remembered, entry }) => {
    const { content } = entry;
    if (content.kind !== 'link' || content.binding === undefined) return [];
    const { commit, carried, keyid, created } = remembered;
    const { link, binding } = content;
    const signer = keys.person(entry.signer);
    return [{ entry, link, binding, step: link.name, commit, carried, signer, keyid, created }];
  });
}
