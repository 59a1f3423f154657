import { boundEntries, changedName, changeSigned } from './carried.ts';
import type { CommitJudgment } from './commit-judge.ts';
import type { CountingLink } from './counting-link.ts';
import type { HistoryFacts } from './facts.ts';
import { verdictOf } from './finding.ts';
import type { HistoryJudgment } from './history.ts';
import { KeySet } from './key-set.ts';
import type { Elsewhere, EntryName, Memory, RememberedLink } from './memory.ts';
import { steadySpan } from './steady.ts';
import { bystandersAt } from './twins.ts';

/** What a history leaves behind, to be judged from later; undefined where it was not verified. */
export function remember(history: HistoryJudgment, facts: HistoryFacts): Memory | undefined {
  const tip = facts.commits.at(-1) ?? facts.seed?.tip;
  const judgment = tip && history.commits.get(tip.id);
  const layout = judgment?.inForce.own;
  if (judgment === undefined || layout === undefined || verdictOf(history.findings) !== 'verified') {
    return undefined;
  }
  const links = [...linksThatMatter(history, judgment)].map(nameLink);
  const unbound = unboundIn(history, facts);
  const { cached: _, ...checked } = history.checked;
  return {
    tip: judgment.commit.id,
    layout: layout.blob,
    span: spanOf(facts),
    checked,
    bystanders: bystandersAt(judgment, facts),
    pointed: facts.pointed === true || facts.seed?.memory.pointed === true,
    warnings: history.findings,
    steps: [...new Set([...(facts.seed?.memory.steps ?? []), ...stepsIn(history)])],
    places: placesOf(history, links, unbound),
    links,
    unbound,
    names: namesOf(history, judgment, facts),
    elsewhere: elsewhereOf(history, facts),
  };
}

function spanOf({ seed, now, certificates, layouts, owners = [], evidence }: HistoryFacts) {
  const envelopes = [
    ...[...layouts.values(), ...owners].flatMap(({ envelope }) => envelope ?? []),
    ...evidence.map(({ envelope }) => envelope),
  ];
  return steadySpan(now, certificates, envelopes, seed?.memory.span);
}

/** See `Memory.links`. */
function linksThatMatter({ index }: HistoryJudgment, { state, commit }: CommitJudgment): Set<CountingLink> {
  const kept = new Set<CountingLink>();
  for (const step of state?.steps.values() ?? []) {
    const candidates = index.producing(step.control, step.key, commit.id);
    const agreeing = candidates.flatMap((link) => index.agreeing(link, commit.id));
    for (const link of [...candidates, ...agreeing]) {
      for (const each of index.at(link.step, link.commit)) kept.add(each);
    }
  }
  for (const link of index.all()) if (link.carried) kept.add(link);
  return kept;
}

function nameLink({ entry, commit, carried, keyid, created }: CountingLink): RememberedLink {
  return { entry: nameEntry(entry), commit, carried, keyid, created };
}

function nameEntry({ signer, object, id }: EntryName): EntryName {
  return { signer, object, id };
}

function stepsIn({ index }: HistoryJudgment): string[] {
  return [...index.all()].map(({ step }) => step);
}

function unboundIn({ ancestry }: HistoryJudgment, { evidence }: HistoryFacts): EntryName[] {
  const unbound = evidence.filter(({ content, object }) => {
    return content.kind === 'link' && content.binding === undefined && ancestry.has(object);
  });
  return unbound.map(nameEntry);
}

function placesOf(
  { ancestry }: HistoryJudgment,
  links: readonly RememberedLink[],
  unbound: readonly EntryName[],
): string[] {
  const places = new Set([...links.map(({ commit }) => commit), ...unbound.map(({ object }) => object)]);
  return [...places].sort((one, other) => ancestry.orderOf(one) - ancestry.orderOf(other));
}

function namesOf(
  { index, carried }: HistoryJudgment,
  { state }: CommitJudgment,
  { seed }: HistoryFacts,
): KeySet {
  const controls = [...(state?.steps.values() ?? [])].map(({ control }) => control);
  const names = [...index.names(controls), ...Array.from(carried.changes(), changedName)];
  return (seed?.memory.names ?? KeySet.of([])).with(names);
}

function elsewhereOf({ ancestry }: HistoryJudgment, { seed, evidence }: HistoryFacts): Elsewhere[] {
  const isOutside = ({ commit }: { readonly commit: string }) => !ancestry.has(commit);
  const found = [...boundEntries(evidence)].flatMap(({ link, binding }): Elsewhere[] => {
    const change = isOutside(binding) ? changeSigned({ link, binding }) : undefined;
    return change === undefined ? [] : [{ change, commit: binding.commit }];
  });
  const outside = [...(seed?.memory.elsewhere ?? []).filter(isOutside), ...found];
  return [...new Map(outside.map((each) => [`${each.change} ${each.commit}`, each])).values()];
}
