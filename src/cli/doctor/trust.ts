import type { Repository } from '../../git/repository.ts';
import { daysLeft, expiresSoon } from '../../layout/expiry.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { findingText } from '../../report/finding-text.ts';
import { count } from '../../report/words.ts';
import type { Finding } from '../../verify/finding.ts';
import type { TrustedLayout } from '../../verify/layout-trust.ts';
import type { AtHead } from '../clone-state.ts';
import { failure, ok, warning } from './diagnosis.ts';

const PIN = "'git mlchain trust FPR', or 'git mlchain trust --first-use' to see whom the repository names";
const RENEW = "an owner renews it: 'git mlchain layout set --expires 1y', then 'git mlchain layout sign'";

export function examineOwners({ trust }: AtHead): readonly Diagnosis[] {
  const { owners, threshold } = trust;
  if (owners.length === 0)
    return [failure('owner', 'none is pinned in this clone, so nobody is trusted', PIN)];
  const says = `pinned: ${owners.join(', ')}; ${threshold} must sign`;
  return [owners.length < threshold ? failure('owner', says, `pin the others: ${PIN}`) : ok('owner', says)];
}

/** Whether the layout at HEAD is trusted, and for how long; and whether this clone has all it takes to judge. */
export function examineLayout(atHead: AtHead, now: number): readonly Diagnosis[] {
  const { layout, head, trust, assessment } = atHead;
  if (head === undefined) return [warning('layout', 'there is no commit yet', "'git mlchain layout new'")];
  if (trust.owners.length === 0) return [failure('layout', 'not judged while nobody is trusted', PIN)];
  const findings = assessment?.findings ?? [];
  // A clone that lacks something to begin with was not judged at all: the reason is all there is to say.
  if (assessment?.history === undefined) return [lineOf('layout', findings[0])];
  const lacking = findings.filter(isLacking).map((finding) => lineOf('clone', finding));
  if (layout === undefined) return [lineOf('layout', findings.find(isAboutLayout)), ...lacking];
  return [lifeOf(layout, now), ...lacking];
}

function lifeOf({ layout, signers }: TrustedLayout, now: number): Diagnosis {
  const days = count(Math.abs(daysLeft(layout.expires, now)), 'day');
  if (layout.expires <= now) return failure('layout', `expired ${days} ago`, RENEW);
  const says = `in force, signed by ${count(signers.length, 'owner')}, expires in ${days}`;
  return expiresSoon(layout.expires, now) ? warning('layout', says, RENEW) : ok('layout', says);
}

/** A repository that is only being set up has no layout, and nothing is wrong with it. */
function lineOf(about: string, finding: Finding | undefined): Diagnosis {
  if (finding === undefined)
    return failure(about, 'none is in force at HEAD', "'git mlchain verify' says why");
  const { message, hint } = findingText(finding);
  const mend = hint ?? "'git mlchain verify' says more";
  return finding.code === 'layout-missing' || finding.severity === 'warning'
    ? warning(about, message, mend)
    : failure(about, message, mend);
}

function isAboutLayout({ code, severity }: Finding): boolean {
  return severity !== 'warning' && (code.startsWith('layout-') || code === 'owners-untrusted');
}

function isLacking({ code, severity }: Finding): boolean {
  return severity === 'incomplete' || code === 'evidence-rewound';
}

export async function examineServer(repo: Repository): Promise<readonly Diagnosis[]> {
  if (!repo.isBare) return [];
  const about = 'server';
  if ((await repo.config('receive.denyNonFastForwards')) === 'true')
    return [ok(about, 'no branch can be forced back')];
  const says = 'whoever may push can force a branch back to an older state that was verified';
  return [warning(about, says, "'git config receive.denyNonFastForwards true'")];
}
