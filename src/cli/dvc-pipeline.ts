import * as fs from 'node:fs';
import * as path from 'node:path/posix';
import { readYaml, UnreadableYaml, type YamlNode } from '../artifact/dvc/yaml.ts';
import { MlchainError } from '../errors.ts';
import type { DraftStep } from '../layout/flow.ts';
import { literally } from '../layout/recorded.ts';

const FILE = 'dvc.yaml';
/** Where files lie that are not in the repository: `s3://…`, `/data`. */
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|[/\\])/i;
/** Words that a shell takes as they are. */
const PLAIN = /^[\w./=:,@%+-]+(?: [\w./=:,@%+-]+)*$/;

interface Stage {
  readonly name: string;
  readonly deps: readonly string[];
  readonly outs: readonly string[];
  readonly command: readonly string[];
}

/**
 * The steps of a layout, from the stages of the `dvc.yaml` at the top of a work tree: dependencies and parameter files
 * become materials, outputs, metrics and plots products.
 * @throws MlchainError `config` where there is none, or a stage is not written out (`foreach`, `matrix`, `${…}`)
 */
export async function readDvcPipeline(workTree: string): Promise<ReadonlyMap<string, DraftStep>> {
  const stages = await readStages(workTree);
  if (stages.length === 0) throw wrong('expected stages, found none');
  const outs = stages.flatMap((stage) => stage.outs);
  const named = (paths: readonly string[]) => [
    ...new Set(paths.flatMap((each) => patternsOf(workTree, wholeOutput(each, outs)))),
  ];
  return new Map(
    stages.map((stage) => [
      stage.name,
      { materials: named(stage.deps), products: named(stage.outs), command: stage.command },
    ]),
  );
}

async function readStages(workTree: string): Promise<readonly Stage[]> {
  const file = path.join(workTree, FILE);
  if (!fs.existsSync(file)) throw wrong('there is none to draft a layout from');
  try {
    const document = await readYaml(fs.readFileSync(file));
    return [...document.get('stages').entries()].map(([name, stage]) => stageFrom(name, stage));
  } catch (error) {
    if (error instanceof UnreadableYaml) throw wrong(error.message);
    throw error;
  }
}

function stageFrom(name: string, stage: YamlNode): Stage {
  for (const key of ['foreach', 'matrix']) {
    if (!stage.get(key).isNothing) throw notSimple(name, `it is made by '${key}'`);
  }
  const text = (node: YamlNode): string => {
    const found = node.text() ?? '';
    return found.includes('${') ? notSimply(name, found) : found;
  };
  const wdir = text(stage.get('wdir')) || '.';
  const paths = (key: string) =>
    stage
      .get(key)
      .list()
      .map((entry) => pathIn(name, entry));
  const within = (list: readonly string[]) => list.flatMap((each) => inRepository(wdir, each));
  const commands = stage.get('cmd').isText ? [stage.get('cmd')] : stage.get('cmd').list();
  return {
    name,
    deps: within([...paths('deps'), ...parameterFiles(name, stage.get('params'))]),
    outs: within([...paths('outs'), ...paths('metrics'), ...paths('plots')]),
    command: commandOf(wdir, commands.map(text)),
  };
}

/** `path`, or `path: {cache: false}`. */
function pathIn(stage: string, entry: YamlNode): string {
  const [found = ''] = entry.isText ? [entry.text()] : entry.entries().keys();
  return found.includes('${') ? notSimply(stage, found) : found;
}

/** `params: [lr]` reads params.yaml, `params: [{other.yaml: [lr]}]` another file. */
function parameterFiles(stage: string, params: YamlNode): readonly string[] {
  return params.list().map((entry) => (entry.isText ? 'params.yaml' : pathIn(stage, entry)));
}

function inRepository(wdir: string, written: string): readonly string[] {
  if (written === '' || ELSEWHERE.test(written)) return [];
  const found = path.join(wdir, written).replace(/\/+$/, '');
  return found === '.' || found === '..' || found.startsWith('../') ? [] : [found];
}

/** A file inside of an output has no name but the output's, where that is a directory that DVC tracks. */
function wholeOutput(name: string, outs: readonly string[]): string {
  return outs.find((out) => name.startsWith(`${out}/`)) ?? name;
}

/** A directory and everything below it; what is not there yet could become either. */
function patternsOf(workTree: string, name: string): readonly string[] {
  const stat = fs.statSync(path.join(workTree, name), { throwIfNoEntry: false });
  const [file, below] = [literally(name), `${literally(name)}/`];
  if (stat === undefined) return [file, below];
  return stat.isDirectory() ? [below] : [file];
}

function commandOf(wdir: string, commands: readonly string[]): readonly string[] {
  const whole = commands.join(' && ');
  if (wdir === '.') return PLAIN.test(whole) ? whole.split(' ') : ['sh', '-c', whole];
  return ['sh', '-c', `cd '${wdir.replaceAll("'", "'\\''")}' && ${whole}`];
}

function notSimply(stage: string, text: string): never {
  throw notSimple(stage, `'${text}' is a matter of parameters`);
}

function notSimple(stage: string, why: string): MlchainError {
  return wrong(`stage '${stage}' is not written out: ${why}`, 'name its files in .mlchainrc instead');
}

function wrong(message: string, hint?: string): MlchainError {
  return new MlchainError('config', `${FILE}: ${message}`, { hint });
}
