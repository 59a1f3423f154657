import * as fs from 'node:fs';
import * as path from 'node:path';
import { Member } from './member.ts';
import type { Person } from './person.ts';
import { makePerson } from './person.ts';
import type { Scratch } from './scratch.ts';
import { makeScratch } from './scratch.ts';
import { copyPlace, leaveTemplate, templatePlace } from './team-template.ts';

/**
 * An owner and two functionaries, each with a key and a clone of one bare repository; somebody with a key and no place
 * in the layout; and a reader, who only checks. `olivia` pins sources, `alice` prepares the data, `bob` trains.
 */
export interface Team {
  readonly olivia: Member;
  readonly alice: Member;
  readonly bob: Member;
  readonly mallory: Member;
  readonly carl: Member;
  /** Whoever has the server: their "clone" is the bare repository itself, and no hook runs for them. */
  readonly host: Member;
  /** One more person, with a clone, the hooks, and the owner pinned. */
  join(name: string): Promise<Member>;
  /** The same team as it is now, in a place of its own: what one story does to it no other sees. */
  copy(): Promise<Team>;
  cleanup(): Promise<void>;
}

export interface TeamOptions {
  readonly objectFormat?: 'sha1' | 'sha256';
  /** Further words for `git mlchain layout new`. */
  readonly layout?: (people: { alice: Member; bob: Member }) => readonly string[];
  /** In place of the usual `.mlchainrc`. */
  readonly config?: string;
  /** Stop once the sources and the layout are there. */
  readonly stopBefore?: 'prepare';
}

export const CONFIG = `steps:
  source: { products: [raw/, scripts/] }
  prepare: { materials: [raw/, scripts/prepare.sh], products: [data/], command: [sh, scripts/prepare.sh] }
  train: { materials: [data/, scripts/train.sh], products: [model/], command: [sh, scripts/train.sh] }
inspections:
  rebuild: { command: [sh, scripts/check.sh] }
`;

const SOURCES = new Map([
  ['.mlchainrc', CONFIG],
  ['raw/words.txt', 'pear\napple\nfig\n'],
  ['scripts/prepare.sh', 'mkdir -p data && LC_ALL=C sort raw/words.txt >data/words.txt\n'],
  ['scripts/train.sh', 'mkdir -p model && cksum <data/words.txt >model/weights.txt\n'],
  ['scripts/check.sh', 'test "$(LC_ALL=C sort raw/words.txt)" = "$(cat data/words.txt)"\n'],
]);

/** Everybody reaches the server by this name, so that a copy of the whole team finds its own. */
const SERVER = 'team:server.git';

export async function makeTeam(options: TeamOptions = {}): Promise<Team> {
  const template = templatePlace(options);
  const scratch = makeScratch();
  if (template !== undefined && fs.existsSync(template)) {
    copyPlace(template, scratch.path);
    return await assemble(scratch);
  }
  const team = await settleTeam(scratch, options);
  if (template !== undefined) leaveTemplate(scratch.path, template);
  return team;
}

async function settleTeam(scratch: Scratch, options: TeamOptions): Promise<Team> {
  const root = scratch.path;
  const names = ['olivia', 'alice', 'bob', 'mallory', 'carl', 'host'];
  for (const name of names) fs.mkdirSync(path.join(root, name));
  const host = await settle(root, 'host');
  await host.git(['init', '-q', '--bare', objectFormat(options), path.join(root, 'server.git')]);
  await Promise.all(
    ['olivia', 'alice', 'bob', 'mallory'].map(async (name) => {
      const person = await settle(root, name);
      const { stdout } = await person.mlchain(['key', 'new', '--no-passphrase']);
      fs.writeFileSync(person.at('fingerprint'), stdout.trim());
    }),
  );
  const team = await assemble(scratch);
  await found(team, options);
  await Promise.all([team.alice, team.bob, team.mallory, team.carl].map((each) => enter(each, team.olivia)));
  if (options.stopBefore === undefined) await workThrough(team);
  const { olivia, alice, bob, mallory, carl } = team;
  // A few packs are copied faster than hundreds of loose objects.
  await Promise.all([olivia, alice, bob, mallory, carl, team.host].map((each) => each.git('gc', '-q')));
  return team;
}

async function found({ olivia, alice, bob }: Team, options: TeamOptions): Promise<void> {
  // A clone of an empty repository has SHA-1, whatever that one has (git 2.39).
  await olivia.person.git(['init', '-q', objectFormat(options), olivia.clone]);
  await olivia.git('remote', 'add', 'origin', SERVER);
  await quiet(olivia);
  for (const [name, content] of SOURCES) olivia.write(name, content);
  if (options.config !== undefined) olivia.write('.mlchainrc', options.config);
  await olivia.git('mlchain', 'init', '--yes');
  await olivia.git(
    ...['mlchain', 'layout', 'new', '--expires', '1y', '--functionary', `source=${olivia.fingerprint}`],
    ...['--functionary', `prepare=${await certificateFile(alice)}`],
    ...['--functionary', `train=${await certificateFile(bob)}`],
    ...(options.layout?.({ alice, bob }) ?? []),
  );
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.git('mlchain', 'trust', olivia.fingerprint);
  await olivia.commit('sources and supply chain layout');
  await olivia.git('push', '-q', '-u', 'origin', 'HEAD');
}

function objectFormat(options: TeamOptions): string {
  return `--object-format=${options.objectFormat ?? 'sha1'}`;
}

/** Alice and Bob do their steps, and everybody has the result. */
async function workThrough(team: Team): Promise<void> {
  await team.alice.work('prepare');
  await team.alice.push();
  await team.bob.pull();
  await team.bob.work('train');
  await team.bob.push();
  await Promise.all([team.olivia, team.alice, team.mallory, team.carl].map((each) => each.pull()));
}

/** The armored certificate of a member, in a file of theirs. */
export async function certificateFile(member: Member): Promise<string> {
  const file = member.person.at('certificate.asc');
  fs.writeFileSync(file, (await member.person.mlchain(['key', 'export', member.fingerprint])).stdout);
  return file;
}

async function enter(member: Member, owner: Member): Promise<void> {
  await member.person.git(['clone', '-q', SERVER, member.clone]);
  await quiet(member);
  await member.git('mlchain', 'init', '--yes');
  await member.git('mlchain', 'trust', owner.fingerprint);
}

/** A gc in the background would still be writing while the test tidies up. */
async function quiet(member: Member): Promise<void> {
  await member.git('config', 'gc.auto', '0');
}

async function settle(root: string, name: string): Promise<Person> {
  const config = new Map([
    [`url.${root}/.insteadOf`, 'team:'],
    ['advice.detachedHead', 'false'],
    ['pull.rebase', 'false'],
    ['push.autoSetupRemote', 'true'],
    ['receive.autoGc', 'false'],
    // git's sample hooks are a third of what a clone weighs.
    ['init.templateDir', ''],
  ]);
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return await makePerson(title, { home: path.join(root, name), config });
}

async function assemble(scratch: Scratch): Promise<Team> {
  const root = scratch.path;
  const people: Person[] = [];
  const member = async (name: string, clone = path.join(root, name, 'project')) => {
    const person = await settle(root, name);
    people.push(person);
    const file = person.at('fingerprint');
    return new Member(person, fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '', clone);
  };
  const olivia = await member('olivia');
  return {
    olivia,
    alice: await member('alice'),
    bob: await member('bob'),
    mallory: await member('mallory'),
    carl: await member('carl'),
    host: await member('host', path.join(root, 'server.git')),
    async join(name) {
      fs.mkdirSync(path.join(root, name));
      const newcomer = await member(name);
      await enter(newcomer, olivia);
      return newcomer;
    },
    async copy() {
      const place = makeScratch();
      copyPlace(root, place.path);
      return await assemble(place);
    },
    async cleanup() {
      await Promise.all(people.map((person) => person.cleanup()));
      scratch.cleanup();
    },
  };
}
