import type { Member } from './member.ts';
import type { Team } from './team.ts';

/** One more clone of a member, made by `git clone` as they say, with the hooks and the owner pinned. */
export async function anotherClone(
  { olivia, host }: Team,
  member: Member,
  name: string,
  ...options: readonly string[]
): Promise<Member> {
  const other = member.in(member.person.at(name));
  // By a URL, because git hands a plain path over as it is, whatever it is asked to leave out.
  await member.person.git(['clone', '-q', ...options, `file://${host.clone}`, other.clone]);
  await other.git('mlchain', 'init', '--yes');
  await other.git('mlchain', 'trust', olivia.fingerprint);
  return other;
}
