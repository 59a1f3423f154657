import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { parseEnvelope } from '../intoto/envelope.ts';
import type { Layout } from '../intoto/layout.ts';
import { layoutFromJson } from '../intoto/layout.ts';
import { controlOf } from '../layout/control.ts';
import { LAYOUT_PATH } from '../layout/paths.ts';
import type { RecordingContext } from './context.ts';
import type { StepPatterns } from './patterns.ts';
import { patternsFor } from './step-view.ts';

export interface RunScope {
  readonly patterns: StepPatterns;
  readonly layout: Layout;
}

/**
 * The patterns to look at the work tree by, before there is a commit: from HEAD's layout, or – for a first commit, or a
 * step that is only being introduced – from the layout in the work tree. Which layout is in force is decided again when
 * the link is bound.
 */
export async function runScope(context: RecordingContext, step: string): Promise<RunScope> {
  const layouts = [await layoutAtHead(context), await layoutInWorkTree(context.repo)].filter(
    (layout) => layout !== undefined,
  );
  for (const layout of layouts) {
    const control = controlOf(layout);
    const found = control.steps.find((each) => each.step.name === step);
    if (found !== undefined) return { layout, patterns: await patternsFor(context, { control }, found) };
  }
  const known = layouts.flatMap(({ steps }) => steps.map(({ name }) => name));
  throw layouts.length === 0 ? noLayout() : unknownStep(step, known);
}

export function unknownStep(step: string, known: Iterable<string>): MlchainError {
  return new MlchainError('usage', `the layout has no step '${step}'`, {
    hint: `its steps are ${[...new Set(known)].join(', ')}`,
  });
}

async function layoutAtHead(context: RecordingContext): Promise<Layout | undefined> {
  const head = await context.repo.head();
  return head === undefined ? undefined : (await context.layoutAt(head))?.layout;
}

async function layoutInWorkTree({ workTree }: Repository): Promise<Layout | undefined> {
  if (workTree === undefined) return undefined;
  try {
    const envelope = parseEnvelope(await fs.readFile(path.join(workTree, LAYOUT_PATH)));
    return layoutFromJson(envelope.signed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function noLayout(): MlchainError {
  return new MlchainError(
    'input',
    `there is no layout here: ${LAYOUT_PATH} is in neither HEAD nor the work tree`,
    {
      hint: 'git mlchain layout new',
    },
  );
}
