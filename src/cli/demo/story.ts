import * as fs from 'node:fs';
import { lineWith, type Narrator } from './narrator.ts';
import { type Actor, packageFile, type Stage } from './stage.ts';

const STEPS = [
  { step: 'prepare', who: 'Alice', makes: 'data' },
  { step: 'train', who: 'Bob', makes: 'model' },
  { step: 'test', who: 'Carl', makes: 'metrics' },
  { step: 'package', who: 'Diana', makes: 'dist' },
] as const;

/** The people who have a key and a place in the layout, by name, and the owner's fingerprint. */
export interface Cast {
  readonly olivia: Actor;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly owner: string;
}

/** The whole pipeline, honestly: the owner and four roles, each with a clone of one bare repository. */
export async function honestStory(stage: Stage, narrator: Narrator): Promise<Cast> {
  narrator.title('The pipeline: five people, five keys, one repository');
  const cast = await makeCast(stage);
  await serve(stage, cast);
  await beginAsOwner(stage, narrator, cast);
  for (const { step, who, makes } of STEPS) {
    const actor = named(cast, who);
    await clone(stage, actor, 'server.git', who.toLowerCase(), cast.owner);
    narrator.act(
      who,
      `$ git mlchain run ${step} && git add ${makes} && git commit -m '${step} v1' && git push`,
    );
    const output = await work(stage, actor, who.toLowerCase(), step, makes, `${step} v1`);
    narrator.expect(output.includes(`${step}: signed`), signedLine(output, step), output);
    if (step === 'test')
      narrator.expect(accuracyIn(output) >= 0.93, `accuracy ${accuracyIn(output)}, at least 0.93 wanted`);
  }
  return cast;
}

async function makeCast(stage: Stage): Promise<Cast> {
  const actors = new Map<string, Actor>();
  for (const name of ['Olivia', 'Alice', 'Bob', 'Carl', 'Diana', 'Mallory'])
    actors.set(name, stage.actor(name));
  for (const [name, actor] of actors) {
    if (name === 'Mallory') continue;
    const made = await stage.must(actor, '.', ['git', 'mlchain', 'key', 'new', '--no-passphrase']);
    const fingerprint = made.trim().split('\n').at(-1) ?? '';
    const certificate = await stage.must(actor, '.', ['git', 'mlchain', 'key', 'export', fingerprint]);
    fs.writeFileSync(stage.at(`${name.toLowerCase()}.asc`), certificate);
    fs.writeFileSync(stage.at(`${name.toLowerCase()}.fpr`), fingerprint);
  }
  const olivia = actors.get('Olivia') ?? stage.actor('Olivia');
  return { olivia, actors, owner: fs.readFileSync(stage.at('olivia.fpr'), 'utf8') };
}

/** A bare repository with the pre-receive hook: the server that cannot be skipped. */
async function serve(stage: Stage, { olivia, owner }: Cast): Promise<void> {
  await stage.must(olivia, '.', ['git', 'init', '--quiet', '--bare', '--initial-branch=main', 'server.git']);
  for (const file of ['pre-receive', 'mlchain.sh']) {
    fs.copyFileSync(packageFile(`hooks/${file}`), stage.at('server.git', 'hooks', file));
  }
  await stage.must(olivia, 'server.git', ['git', 'config', '--add', 'mlchain.owner', owner]);
}

async function beginAsOwner(stage: Stage, narrator: Narrator, { olivia, owner }: Cast): Promise<void> {
  narrator.act(
    'Olivia',
    'pins raw data and scripts, writes the layout – who may do which step – and signs it',
  );
  narrator.act(
    'Olivia',
    '$ git mlchain layout new --functionary prepare=alice.asc … && git mlchain layout sign && git push',
  );
  await stage.must(olivia, '.', ['git', 'clone', '--quiet', 'server.git', 'olivia']);
  for (const part of ['raw', 'scripts', '.mlchainrc']) {
    fs.cpSync(packageFile(`examples/digits/${part}`), stage.at('olivia', part), { recursive: true });
  }
  const roles = STEPS.flatMap(({ step, who }) => [
    '--functionary',
    `${step}=${stage.at(`${who.toLowerCase()}.asc`)}`,
  ]);
  const output = await stage.must(
    olivia,
    'olivia',
    ['git', 'mlchain', 'init', '--yes'],
    ['git', 'mlchain', 'layout', 'new', '--expires', '1y', '--functionary', `source=${owner}`, ...roles],
    ['git', 'mlchain', 'layout', 'sign'],
    ['git', 'mlchain', 'trust', owner],
    ['git', 'add', '.mlchainrc', '.mlchain', 'raw', 'scripts'],
    ['git', 'commit', '--quiet', '-m', 'sources and supply chain layout'],
    ['git', 'push', '--quiet', '-u', 'origin', 'main'],
  );
  narrator.expect(output.includes('source: signed'), signedLine(output, 'source'), output);
}

/** A clone as everybody sets it up once: hooks, fetch refspec, and the owner pinned by what she told them. */
export async function clone(
  stage: Stage,
  actor: Actor,
  server: string,
  directory: string,
  owner: string,
): Promise<void> {
  await stage.must(actor, '.', ['git', 'clone', '--quiet', server, directory]);
  await stage.must(actor, directory, ['git', 'mlchain', 'init', '--yes'], ['git', 'mlchain', 'trust', owner]);
}

/**
 * One step as people do it: run, add, commit, push. A run that made just what HEAD holds has signed it already, and
 * there is nothing to commit.
 */
export async function work(
  stage: Stage,
  actor: Actor,
  directory: string,
  step: string,
  makes: string,
  message: string,
): Promise<string> {
  const prepare = [
    ['git', 'pull', '--quiet'],
    ['git', 'mlchain', 'run', step],
    ['git', 'add', makes],
  ];
  const output = await stage.must(actor, directory, ...prepare);
  const isNew = (await stage.run(actor, directory, ['git', 'diff', '--cached', '--quiet'])).code !== 0;
  const commit = isNew ? [['git', 'commit', '--quiet', '-m', message]] : [];
  return output + (await stage.must(actor, directory, ...commit, ['git', 'push', '--quiet']));
}

export function named({ actors }: Cast, name: string): Actor {
  const actor = actors.get(name);
  if (actor === undefined) throw new Error(`nobody is called ${name}`);
  return actor;
}

export function accuracyIn(output: string): number {
  return Number(/accuracy (0\.\d+)/.exec(output)?.[1] ?? 0);
}

function signedLine(output: string, step: string): string {
  return lineWith(output, `${step}: signed`)?.replace('git-mlchain: ', '') ?? `${step}: signed`;
}
