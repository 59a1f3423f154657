import type { Layout } from '../../intoto/layout.ts';
import { LayoutError, layoutFromJson } from '../../intoto/layout.ts';
import { ruleText } from '../../intoto/rule.ts';
import { holdersOf } from '../../layout/holders.ts';
import type { LintProblem } from '../../layout/lint-problem.ts';
import { problem } from '../../layout/lint-problem.ts';
import { lintMessage } from '../../layout/lint-words.ts';
import { LAYOUT_PATH } from '../../layout/paths.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import { readKeyFiles } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { requireLayoutEnvelope, requireWorkTree } from '../layout-file.ts';
import { lintHere, problemText } from '../layout-lint.ts';

/** `layout check`: 1 on an error, 0 on warnings. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const { signed } = await requireLayoutEnvelope(workTree);
  const read = readOrProblems(() => layoutFromJson(signed));
  const problems =
    'problems' in read
      ? read.problems
      : await lintHere(repo, workTree, read, holdersOf(await readKeyFiles(workTree, context)), context.now());
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  voice.document({ layout: LAYOUT_PATH, errors, warnings, problems: problems.map(problemDocument) });
  for (const one of problems) {
    const paint = one.severity === 'error' ? voice.style.red : voice.style.yellow;
    voice.say(`${paint(`${one.severity}:`)} ${problemText(one)}`);
  }
  const found =
    problems.length === 0 ? 'no problems' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  voice.say(`${LAYOUT_PATH}: ${found}`);
  return errors === 0 ? 0 : 1;
}

/** A layout that cannot be in force has problems of its own, all of them errors. */
function readOrProblems(read: () => Layout): Layout | { readonly problems: readonly LintProblem[] } {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    const problems = error.problems.map(({ message }) => problem('error', 'malformed', { subject: message }));
    return { problems };
  }
}

function problemDocument(one: LintProblem) {
  const { code, severity, item, list, index, rule, other, subject } = one;
  return {
    code,
    severity,
    item: item ?? null,
    list: list ?? null,
    rule: rule === undefined ? null : ruleText(rule),
    index: index ?? null,
    other: other ?? null,
    subject: subject ?? null,
    message: lintMessage(one),
  };
}
