import * as path from 'node:path';
import type { Look } from '../artifact/work-tree.ts';
import { MlchainError } from '../errors.ts';
import type { JsonObject } from '../intoto/json.ts';
import { jsonObject } from '../intoto/json.ts';
import type { CommandEnd, CommandRequest } from './child.ts';
import { runCommand } from './child.ts';
import type { RecordingContext } from './context.ts';
import { pendingLinks, startedWork } from './desk.ts';
import { timestamp } from './draft.ts';
import type { Files, StepPatterns } from './patterns.ts';
import type { Pending } from './pending.ts';
import { Safekeeping } from './safekeeping.ts';
import type { Found } from './work-tree.ts';
import { changedSince, findInWorkTree } from './work-tree.ts';

export interface RunRequest extends Omit<CommandRequest, 'command'> {
  /** Empty: the work was done without a command, or is done already. */
  readonly command: CommandRequest['command'] | readonly [];
  readonly bindAnyway: boolean;
  readonly rollbackOnFailure: boolean;
}

/** How long a command works that is not short. */
const SAVED_AFTER_MS = 100;

/** A pending link that was made. */
export interface NewPending {
  readonly pending: Pending;
  /** When the one of an earlier run was written whose place it took; undefined where there was none. */
  readonly replaced: Date | undefined;
}

/**
 * Runs a step's command between two looks at the work tree and leaves a pending link (`product.md` §4.2).
 * @throws MlchainError `failed` for a command that fails, for materials that change under it: then no link is left.
 */
export async function runStep(
  context: RecordingContext,
  patterns: StepPatterns,
  request: RunRequest,
): Promise<NewPending> {
  const started = timestamp(context.now());
  const taken = await materials(context, patterns);
  const safe = request.rollbackOnFailure ? await keepProducts(context, patterns) : undefined;
  const end = await runAndSave(context, request);
  const failed = endOf(end, request);
  if (failed !== undefined) return await giveUp(context, failed, safe, () => products(context, patterns));
  // Side by side: git looks at the materials and the products, and meanwhile what was learnt is written.
  const meddled = meddling(context, patterns, taken.files, taken.look);
  const made = products(context, patterns);
  made.catch(() => undefined);
  context.digester.save();
  const changed = await meddled;
  if (changed !== undefined) return await giveUp(context, changed, safe, () => made);
  safe?.drop();
  return await leavePending(context, patterns, await made, {
    recorder: 'run',
    command: request.command,
    byproducts: end === undefined ? jsonObject([]) : byproductsOf(end),
    bindAnyway: request.bindAnyway,
    materials: taken.artifacts,
    started,
  });
}

async function giveUp(
  { digester }: RecordingContext,
  failure: MlchainError,
  safe: Safekeeping | undefined,
  made: () => Promise<Found>,
): Promise<never> {
  digester.save();
  if (safe !== undefined) safe.restore((await made()).files.keys());
  throw failure;
}

/** What was learnt of the materials is written while the command works; a short one is not made to wait for it. */
async function runAndSave(
  { digester }: RecordingContext,
  request: RunRequest,
): Promise<CommandEnd | undefined> {
  const saving = setTimeout(() => digester.save(), SAVED_AFTER_MS);
  try {
    return await runIfAny(request);
  } catch (error) {
    digester.save();
    throw error;
  } finally {
    clearTimeout(saving);
  }
}

async function runIfAny(request: RunRequest): Promise<CommandEnd | undefined> {
  const [program, ...rest] = request.command;
  return program === undefined ? undefined : await runCommand({ ...request, command: [program, ...rest] });
}

function endOf(end: CommandEnd | undefined, { command }: RunRequest): MlchainError | undefined {
  return end && failureOf(end, command[0] ?? '');
}

/** `record --start`: notes the materials. Returns whether an earlier start was replaced. */
export async function startWork(context: RecordingContext, patterns: StepPatterns): Promise<boolean> {
  const { step } = patterns.control;
  const files = startedWork(context.repo);
  const before = await files.writtenAt(step.name);
  const taken = await materials(context, patterns);
  context.digester.save();
  await files.write({
    step: step.name,
    started: timestamp(context.now()),
    materials: taken.artifacts,
    files: new Map(taken.files),
  });
  return before !== undefined;
}

/** `record --stop`: notes the products of what `record --start` began. */
export async function stopWork(context: RecordingContext, patterns: StepPatterns): Promise<NewPending> {
  const { name } = patterns.control.step;
  const begun = await startedWork(context.repo).read(name);
  if (begun === undefined) {
    throw new MlchainError('input', `no work on ${name} was begun here`, {
      hint: `git mlchain record --start ${name}`,
    });
  }
  // Everything is read: much may have been staged and written since the work was begun.
  const failure = await meddling(context, patterns, begun.files, undefined);
  if (failure !== undefined) throw failure;
  const { materials: taken, started } = begun;
  const byproducts = jsonObject([]);
  const made = {
    recorder: 'record',
    command: [],
    byproducts,
    bindAnyway: false,
    materials: taken,
    started,
  } as const;
  const result = await leavePending(context, patterns, await products(context, patterns), made);
  await startedWork(context.repo).remove(name);
  return result;
}

type PendingParts = Pick<
  Pending,
  'recorder' | 'command' | 'byproducts' | 'bindAnyway' | 'materials' | 'started'
>;

async function leavePending(
  context: RecordingContext,
  patterns: StepPatterns,
  made: Found,
  parts: PendingParts,
): Promise<NewPending> {
  const step = patterns.control.step.name;
  context.digester.save();
  const ended = timestamp(context.now());
  const pending = { ...parts, step, ended, products: made.artifacts, ignored: made.ignored };
  const links = pendingLinks(context.repo);
  const replaced = await links.writtenAt(step);
  await links.write(pending);
  return { pending, replaced };
}

async function materials({ repo, digester }: RecordingContext, patterns: StepPatterns): Promise<Found> {
  return await findInWorkTree(repo, digester, patterns.materials);
}

async function products({ repo, digester }: RecordingContext, patterns: StepPatterns): Promise<Found> {
  return await findInWorkTree(repo, digester, patterns.products);
}

async function keepProducts(context: RecordingContext, patterns: StepPatterns): Promise<Safekeeping> {
  const { repo } = context;
  const { files } = await products(context, patterns);
  return Safekeeping.take(repo.workTree ?? '', path.join(repo.gitDir, 'mlchain', 'rollback'), files.keys());
}

/**
 * A material that another hand – or the command itself – changed meanwhile: nobody knows which of the two contents went
 * in. What the step makes in place is its product, and expected to change.
 */
async function meddling(
  context: RecordingContext,
  { control, products: { covers } }: StepPatterns,
  taken: Files,
  look: Look | undefined,
): Promise<MlchainError | undefined> {
  const [first, ...more] = await changedSince(context, taken, look, (name) => !covers(name));
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return new MlchainError(
    'failed',
    `'${first}'${others} changed while ${control.step.name} ran: no link is made`,
    {
      hint: 'run it again, and leave its materials alone until it has ended',
    },
  );
}

export function failureOf(end: CommandEnd, program: string): MlchainError | undefined {
  if (end.code === 0 && !end.isTimedOut) return undefined;
  const how = end.code === undefined ? `was ended by ${end.signal}` : `failed with exit code ${end.code}`;
  const why = end.isTimedOut ? `'${program}' took too long and ${how}` : `'${program}' ${how}`;
  return new MlchainError('failed', `${why}: no link is made`);
}

/** in-toto's own names (specification §4.3.2.4). */
export function byproductsOf({ stdout, stderr }: CommandEnd): JsonObject {
  return jsonObject([
    ['return-value', 0],
    ['stdout', stdout],
    ['stderr', stderr],
  ]);
}
