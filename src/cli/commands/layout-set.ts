import { MlchainError } from '../../errors.ts';
import { stringify } from '../../intoto/json.ts';
import type { Layout } from '../../intoto/layout.ts';
import { layoutFromJson } from '../../intoto/layout.ts';
import { changeLayout } from '../../layout/change.ts';
import { parseExpiry } from '../../layout/expiry.ts';
import { explainLayout } from '../../layout/explain.ts';
import { expiryWords } from '../../layout/explain-text.ts';
import type { Holders } from '../../layout/holders.ts';
import { holdersOf, peopleOf } from '../../layout/holders.ts';
import { LAYOUT_PATH } from '../../layout/paths.ts';
import type { Args } from '../args.ts';
import { readKeyFiles, saveKeyFile } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { expectFingerprint } from '../fingerprint.ts';
import { interoperabilityNotes, readFunctionaries, readThresholds } from '../functionaries.ts';
import { requireLayout, requireWorkTree, writeLayout } from '../layout-file.ts';
import { lintHere, problemText } from '../layout-lint.ts';

const OPTIONS = ['functionary', 'remove-functionary', 'threshold', 'expires'];

/** `layout set`: changes the layout of the work tree, and opens it for signing again. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  if (!OPTIONS.some((option) => args.has(option))) {
    throw new MlchainError(
      'usage',
      `nothing to change: give one of ${OPTIONS.map((name) => `--${name}`).join(', ')}`,
    );
  }
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const { layout } = await requireLayout(workTree);
  const people = await readFunctionaries(
    repo,
    context,
    args,
    layout.steps.map(({ name }) => name),
  );
  const holders = holdersOf([...(await readKeyFiles(workTree, context)), ...people.certificates]);
  const expires = args.value('expires');
  const change = {
    expires: expires === undefined ? undefined : parseExpiry(expires, context.now()),
    thresholds: readThresholds(args),
    added: people.byStep,
    removed: readRemoved(args, layout, holders),
  };
  const signed = changeLayout(layout, change, holders);
  const changed = layoutFromJson(signed);
  const isSame = stringify(signed, 0) === stringify(layout.json, 0);
  if (!isSame) {
    for (const certificate of people.certificates) await saveKeyFile(workTree, certificate);
    await writeLayout(workTree, { signed, signatures: [] });
  }

  const problems = await lintHere(repo, workTree, changed, holders, context.now());
  const doubts = problems.filter(({ severity }) => severity === 'error').map(problemText);
  const explanation = explainLayout(changed, holders, context.now());
  const notes = [...doubts, ...interoperabilityNotes(people.certificates)];
  voice.document({ layout: LAYOUT_PATH, changed: !isSame, notes, ...explanation });
  for (const note of notes) voice.warn(note);
  voice.say(
    isSame
      ? `${LAYOUT_PATH} says that already: nothing to change`
      : `changed ${LAYOUT_PATH}: ${expiryWords(explanation)}`,
  );
  if (!isSame) voice.say("its signatures are gone: each owner signs it with 'git mlchain layout sign'");
  return 0;
}

/** `--remove-functionary STEP=FPR`, or `FPR` for every step that they may sign. */
function readRemoved(args: Args, layout: Layout, holders: Holders): ReadonlyMap<string, readonly string[]> {
  const removed = new Map<string, string[]>();
  for (const [name, value] of args.pairs('remove-functionary')) {
    const fingerprint = expectFingerprint(value ?? name);
    const theirs = layout.steps.filter(({ pubkeys }) =>
      peopleOf(pubkeys, holders).some((person) => person.fingerprint === fingerprint),
    );
    if (value === undefined && theirs.length === 0) {
      throw new MlchainError('usage', `${fingerprint} is no functionary of any step`, {
        hint: "'git mlchain layout show' lists them",
      });
    }
    for (const step of value === undefined ? theirs.map((one) => one.name) : [name]) {
      removed.set(step, [...(removed.get(step) ?? []), fingerprint]);
    }
  }
  return removed;
}
