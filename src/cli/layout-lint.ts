import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import { decodePath } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { parseEnvelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { Layout } from '../intoto/layout.ts';
import type { Holders } from '../layout/holders.ts';
import { lintLayout } from '../layout/lint.ts';
import type { LintProblem } from '../layout/lint-problem.ts';
import { lintMessage } from '../layout/lint-words.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import { escapeText } from '../report/escape.ts';

/** What is wrong with a layout for the files that are in the work tree now. */
export async function lintHere(
  repo: Repository,
  workTree: string,
  layout: Layout,
  holders: Holders,
  now: number,
): Promise<readonly LintProblem[]> {
  const tracked = await filesHere(repo);
  const sublayouts = await findSublayouts(workTree, tracked, layout);
  return lintLayout({ layout, now, holders, tracked, sublayouts });
}

/** Tracked files, and new ones that git would track: a layout is drafted before its repository's first commit. */
async function filesHere(repo: Repository): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { stdout } = await repo.git.run(args);
  const paths: string[] = [];
  for (let at = 0, end = stdout.indexOf(0); end >= 0; at = end + 1, end = stdout.indexOf(0, at)) {
    paths.push(decodePath(stdout.subarray(at, end)));
  }
  return paths;
}

/** in-toto keeps the evidence of a step in `STEP.KEYID8.link`; where that is a layout, it is a sublayout. */
async function findSublayouts(
  workTree: string,
  files: readonly string[],
  layout: Layout,
): Promise<readonly string[]> {
  const names = new Set(layout.steps.map(({ name }) => name));
  const found = new Set<string>();
  for (const file of files) {
    const step = /^(.+)\.[0-9a-f]{8}\.link$/.exec(path.basename(file))?.[1];
    if (step !== undefined && names.has(step) && (await isLayout(path.join(workTree, file)))) found.add(step);
  }
  return [...found];
}

async function isLayout(file: string): Promise<boolean> {
  try {
    return parseEnvelope(await fs.readFile(file)).signedType === 'layout';
  } catch (error) {
    // A file of that name that is no evidence at all, is gone from the work tree, or is a submodule.
    const isNoFile = ['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (error instanceof FormatError || isNoFile) return false;
    throw error;
  }
}

/** One line for people, safe to print. */
export function problemText(problem: LintProblem): string {
  return escapeText(lintMessage(problem));
}

/** Stops a command that would make a layout which no repository can satisfy. */
export function refuseErrors(problems: readonly LintProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error').map(problemText);
  if (errors.length === 0) return;
  throw new MlchainError('failed', `${LAYOUT_PATH}: ${errors.join('\n')}`, {
    hint: "correct it – 'git mlchain layout check' lists all that is wrong – and try again",
  });
}
