import * as fs from 'node:fs';
import { signPastTheCheck } from './forge.ts';
import { lineWith, type Narrator } from './narrator.ts';
import { type Actor, packageFile, type Ran, type Stage } from './stage.ts';
import { accuracyIn, type Cast, clone, named, work } from './story.ts';

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly path: string | null;
}

/** The demo attacks itself, each time on a copy of the server, and shows where the attack ends. */
export async function attacks(stage: Stage, narrator: Narrator, cast: Cast): Promise<void> {
  await editedLabel(stage, narrator, cast);
  await uncommittedData(stage, narrator, cast);
  await swappedLabels(stage, narrator, cast);
}

/** Attacks 1 and 2: no key; first past nobody, then past the hook of her own machine. */
async function editedLabel(stage: Stage, narrator: Narrator, cast: Cast): Promise<void> {
  narrator.title('Attack 1: Mallory, who has no key, edits one label of the training data');
  const mallory = named(cast, 'Mallory');
  stage.copy('server.git', 'attack1.git');
  await clone(stage, mallory, 'attack1.git', 'mallory', cast.owner);
  editLine(stage.at('mallory', 'data', 'train.csv'), 0);
  await stage.must(mallory, 'mallory', ['git', 'commit', '--quiet', '-am', 'fix a label']);
  narrator.act('Mallory', "$ git commit -am 'fix a label' && git push");
  const pushed = await stage.run(mallory, 'mallory', ['git', 'push']);
  refused(narrator, pushed, 'her own pre-push hook refuses', '[uncovered]');
  await expectFinding(stage, narrator, mallory, 'mallory', 'uncovered', 'data/train.csv');

  narrator.title('Attack 2: she skips the hook');
  narrator.act('Mallory', '$ git push --no-verify');
  refused(
    narrator,
    await stage.run(mallory, 'mallory', ['git', 'push', '--no-verify']),
    'the server refuses',
    '[uncovered]',
  );
  fs.rmSync(stage.at('attack1.git', 'hooks', 'pre-receive'));
  narrator.act('Mallory', '$ git push --no-verify     (now to a server without the hook)');
  await stage.must(mallory, 'mallory', ['git', 'push', '--quiet', '--no-verify']);
  await poisonArrived(stage, narrator, cast);
}

/** The poison is in the branch: every clone sees it, and nobody's next commit signs it. */
async function poisonArrived(stage: Stage, narrator: Narrator, cast: Cast): Promise<void> {
  const alice = named(cast, 'Alice');
  await clone(stage, alice, 'attack1.git', 'alice-pulled', cast.owner);
  const verdict = await stage.run(alice, 'alice-pulled', ['git', 'mlchain', 'verify', '--history']);
  narrator.expect(verdict.code === 1, 'verify fails in every clone', verdict.output);
  narrator.quote(lineWith(verdict.output, 'data/train.csv'));
  fs.writeFileSync(stage.at('alice-pulled', 'data', 'notes.txt'), 'cleaned by hand\n');
  narrator.act('Alice', 'pulls, adds a file of her own and commits it');
  const output = await stage.must(
    alice,
    'alice-pulled',
    ['git', 'add', 'data'],
    ['git', 'commit', '--quiet', '-m', 'notes'],
  );
  narrator.expect(output.includes('is not signed'), "Alice's key signs nothing on top of it", output);
  narrator.quote(lineWith(output, 'is not signed'));
}

async function uncommittedData(stage: Stage, narrator: Narrator, cast: Cast): Promise<void> {
  narrator.title('Attack 3: Bob trains on a dataset that he changed and never committed');
  const bob = named(cast, 'Bob');
  stage.copy('server.git', 'attack3.git');
  await clone(stage, bob, 'attack3.git', 'bob-secretly', cast.owner);
  for (let line = 0; line < 40; line += 1) editLine(stage.at('bob-secretly', 'data', 'train.csv'), line);
  narrator.act('Bob', "$ git mlchain run train && git add model && git commit -m 'train v2'");
  const output = await stage.must(
    bob,
    'bob-secretly',
    ['git', 'mlchain', 'run', 'train'],
    ['git', 'add', 'model'],
    ['git', 'commit', '--quiet', '-m', 'train v2'],
  );
  narrator.expect(output.includes('does not fit'), 'the link of his run does not bind to the commit', output);
  narrator.quote(lineWith(output, 'does not fit'));
  narrator.act('Bob', 'signs such a link all the same, with a tool of his own, and pushes');
  await signPastTheCheck(stage, bob, 'bob-secretly');
  refused(
    narrator,
    await stage.run(bob, 'bob-secretly', ['git', 'push']),
    'the push is refused',
    '[rule-failed]',
  );
  await expectFinding(stage, narrator, bob, 'bob-secretly', 'rule-failed', 'data/train.csv');
}

async function swappedLabels(stage: Stage, narrator: Narrator, cast: Cast): Promise<void> {
  narrator.title(
    "Attack 4: on Alice's machine something calls every 2 a 5 and every 5 a 2; she does not notice",
  );
  stage.copy('server.git', 'attack4.git');
  const alice = named(cast, 'Alice');
  await clone(stage, alice, 'attack4.git', 'alice-unknowing', cast.owner);
  narrator.act(
    'Alice',
    'prepares, signs and pushes; Bob trains, Carl tests, Diana packages: all in good faith',
  );
  await stage.must(
    alice,
    'alice-unknowing',
    ['git', 'mlchain', 'record', '--start', 'prepare'],
    ['node', 'scripts/prepare.mjs'],
    ['node', packageFile('examples/digits/attacks/swap-labels.mjs')],
    ['git', 'mlchain', 'record', '--stop', 'prepare'],
    ['git', 'add', 'data'],
    ['git', 'commit', '--quiet', '-m', 'dataset v2'],
    ['git', 'push', '--quiet'],
  );
  let tested = '';
  for (const [name, step, makes] of [
    ['Bob', 'train', 'model'],
    ['Carl', 'test', 'metrics'],
    ['Diana', 'package', 'dist'],
  ] as const) {
    const directory = `${name.toLowerCase()}-unknowing`;
    await clone(stage, named(cast, name), 'attack4.git', directory, cast.owner);
    tested += await work(stage, named(cast, name), directory, step, makes, `${step} v2`);
  }
  narrator.expect(
    accuracyIn(tested) >= 0.93,
    `every push passes, and the accuracy is fine: ${accuracyIn(tested)}`,
    tested,
  );
  const diana = named(cast, 'Diana');
  const history = await stage.run(diana, 'diana-unknowing', ['git', 'mlchain', 'verify', '--no-inspect']);
  narrator.expect(history.code === 0, 'signatures, rules and digests all hold', history.output);
  narrator.act(
    'Diana',
    "$ git mlchain verify     (runs the layout's inspection: rebuild the dataset from the pinned raw file)",
  );
  const verdict = await stage.run(diana, 'diana-unknowing', ['git', 'mlchain', 'verify']);
  narrator.expect(
    verdict.code === 1 && verdict.output.includes('[inspection-failed]'),
    'the inspection fails',
    verdict.output,
  );
  narrator.quote(lineWith(verdict.output, 'data/t'));
  const log = await stage.run(diana, 'diana-unknowing', [
    'git',
    'mlchain',
    'log',
    '--step',
    'prepare',
    '-n',
    '1',
  ]);
  narrator.quote(`made by: ${lineWith(log.output, 'prepare Alice')?.trim()} – ${log.output.split('\n')[0]}`);
}

function refused(narrator: Narrator, { code, output }: Ran, what: string, finding: string): void {
  narrator.expect(code !== 0 && output.includes(finding), `${what} ${finding}`, output);
  narrator.quote(lineWith(output, finding));
}

/** What the words rest on: the verdict as data has the code of the threat model, on the file. */
async function expectFinding(
  stage: Stage,
  narrator: Narrator,
  actor: Actor,
  directory: string,
  code: string,
  path: string,
): Promise<void> {
  const { output } = await stage.run(actor, directory, ['git', 'mlchain', 'verify', '--history', '--json']);
  const { verdict, findings } = JSON.parse(output) as { verdict: string; findings: readonly Finding[] };
  const found = findings.some((finding) => finding.code === code && finding.path === path);
  if (verdict !== 'violated' || !found) narrator.expect(false, `violated, with ${code} on ${path}`, output);
}

/** Turns the label at the end of a line into another digit. */
function editLine(file: string, index: number): void {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  lines[index] = (lines[index] ?? '').replace(/\d$/, (label) => `${(Number(label) + 1) % 10}`);
  fs.writeFileSync(file, lines.join('\n'));
}
