import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { MlchainError } from '../../errors.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import { attacks } from '../demo/attacks.ts';
import { freshClone } from '../demo/checks.ts';
import { Narrator } from '../demo/narrator.ts';
import { Stage } from '../demo/stage.ts';
import { honestStory } from '../demo/story.ts';
import type { ExitCode } from '../exit.ts';

/** `demo`: the whole pipeline on real data, and four attacks on it; 0 only if every expectation held. */
export async function run({ voice, env, now }: Context, args: Args): Promise<ExitCode> {
  const started = now();
  const keep = args.value('keep');
  const root = keep === undefined ? fs.mkdtempSync(path.join(tmpdir(), 'mlchain-demo-')) : newDirectory(keep);
  const narrator = new Narrator(voice);
  try {
    const stage = new Stage(root, env);
    const cast = await honestStory(stage, narrator);
    await freshClone(stage, narrator, cast);
    await attacks(stage, narrator, cast);
  } finally {
    if (keep === undefined) fs.rmSync(root, { recursive: true, force: true });
  }
  const seconds = Math.round((now() - started) / 1000);
  const end =
    narrator.failures === 0 ? 'Everything came as it should' : `${narrator.failures} expectations failed`;
  voice.say(`\n${end} (${seconds} s).${keep === undefined ? '' : ` The repositories are in ${root}.`}`);
  return narrator.failures === 0 ? 0 : 1;
}

function newDirectory(directory: string): string {
  const root = path.resolve(directory);
  if (fs.existsSync(root) && fs.readdirSync(root).length > 0) {
    throw new MlchainError('usage', `expected a new or empty directory, found files in '${directory}'`);
  }
  fs.mkdirSync(root, { recursive: true });
  return fs.realpathSync(root);
}
