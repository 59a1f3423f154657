import * as path from 'node:path/posix';
import { hasLoneSurrogate } from '../../intoto/json-value.ts';
import type { ArtifactKind } from '../kind.ts';
import { readYaml, UnreadableYaml, type YamlNode } from './yaml.ts';

type DvcKind = Extract<ArtifactKind, `dvc:${string}`>;

/** Path → kind. A directory that is one output ends in a slash, which no file does. */
export type Outputs = ReadonlyMap<string, DvcKind>;

/** A file of a tree and its blob; `data` is undefined for what is too large to be a pointer. */
export interface PointerFile {
  readonly id: string;
  readonly data: Uint8Array | undefined;
}

const LOCK = 'dvc.lock';
const PIPELINE = 'dvc.yaml';
const MD5 = /^([0-9a-f]{32})(\.dir)?$/;
/** Where an output lies that is on no path at all, or on one of Windows: `s3://…`, `remote://…`, `C:\data`, `\\host`. */
const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|\\)/i;

/**
 * What names outputs together: a `.dvc` file by itself, `dvc.lock` with the `dvc.yaml` beside it. Undefined for a file
 * that is neither.
 */
export function sourceOf(file: string): string | undefined {
  const name = path.basename(file);
  if (name === PIPELINE) return path.join(path.dirname(file), LOCK);
  return name === LOCK || name === 'Dvcfile' || (name.endsWith('.dvc') && name !== '.dvc') ? file : undefined;
}

/** The files that have to be read for a source. */
export function filesOf(source: string): readonly string[] {
  return isLock(source) ? [source, path.join(path.dirname(source), PIPELINE)] : [source];
}

/**
 * The outputs that a source names, as DVC 3 writes it (dvc.org, "`.dvc` Files" and "`dvc.yaml` Files"). Foreign text, so
 * nothing throws: an output that cannot be told by an MD5 has a kind that nobody can sign for, and so has what a `.dvc`
 * file that cannot be read must be about.
 * @param files what lies at `filesOf(source)`
 */
export async function outputsOf(
  source: string,
  files: readonly (PointerFile | undefined)[],
): Promise<Outputs> {
  const [own, pipeline] = files;
  if (own === undefined) return new Map();
  const ids = files.flatMap((file) => file?.id ?? []).join(',');
  try {
    const document = await read(own);
    if (isLock(source)) {
      return lockedOutputs(source, document, pipeline && (await read(pipeline)), ids);
    }
    const listed = document.get('outs').list();
    if (listed.length === 0) throw new UnreadableYaml('no outs');
    const base = path.join(path.dirname(source), document.get('wdir').text() ?? '.');
    return new Map(listed.flatMap((entry) => outputIn(entry, base, ids)));
  } catch (error) {
    if (!(error instanceof UnreadableYaml)) throw error;
    // What it names is not known: but the file that DVC gave its name to is not to be trusted.
    return isLock(source) ? new Map() : new Map([[source.replace(/\.dvc$/, ''), unreadable(ids)]]);
  }
}

function unreadable(ids: string): DvcKind {
  return `dvc:unreadable:${ids}`;
}

function isLock(source: string): boolean {
  return path.basename(source) === LOCK;
}

async function read({ data }: PointerFile): Promise<YamlNode> {
  if (data === undefined) throw new UnreadableYaml('too large');
  return await readYaml(data);
}

/** Before DVC 2 the stages stood at the top. Where a stage works, only `dvc.yaml` tells. */
function lockedOutputs(source: string, lock: YamlNode, pipeline: YamlNode | undefined, ids: string): Outputs {
  const stages = lock.get('stages').isNothing ? lock : lock.get('stages');
  const outputs = new Map<string, DvcKind>();
  for (const [name, stage] of stages.entries()) {
    if (stage.isText || name === 'schema') continue;
    const wdir = workingDirectory(name, pipeline);
    const base = path.join(path.dirname(source), wdir ?? '.');
    for (const entry of stage.get('outs').list()) {
      for (const [output, kind] of outputIn(entry, base, ids)) {
        outputs.set(output, wdir === undefined ? unreadable(ids) : kind);
      }
    }
  }
  return outputs;
}

/** `build@uk` is what `foreach` makes of `build`. Undefined where it is a matter of parameters. */
function workingDirectory(stage: string, pipeline: YamlNode | undefined): string | undefined {
  const stages = pipeline?.get('stages');
  const own = stages?.get(stage);
  const found = own === undefined || own.isNothing ? stages?.get(stage.replace(/@[^@]*$/, '')) : own;
  if (found === undefined || found.isNothing) return '.';
  const wdir = (found.get('do').isNothing ? found : found.get('do')).get('wdir').text() ?? '.';
  return wdir.includes('${') ? undefined : wdir;
}

/** @param ids goes into the kind of what cannot be signed: any change of the pointer is a change of the output */
function outputIn(entry: YamlNode, base: string, ids: string): (readonly [string, DvcKind])[] {
  const written = entry.get('path').text();
  if (written === undefined) throw new UnreadableYaml('an output without a path');
  // What goes up again is a path to DVC, whatever it begins with: `foo:/../model/w.bin` is `model/w.bin`.
  if (ELSEWHERE.test(written) && !written.split(/[/\\]/).includes('..')) return [];
  const output = path
    .normalize(path.isAbsolute(written) ? written : path.join(base, written))
    .replace(/(?<=.)\/+$/, '');
  if (output.includes('\0') || hasLoneSurrogate(output)) throw new UnreadableYaml('a path that no file has');
  const md5 = entry.get('md5').text() ?? '';
  const slash = MD5.exec(md5)?.[2] === undefined ? '' : '/';
  if (output.startsWith('/') || output === '..' || output.startsWith('../'))
    return comingBack(output).map((inside) => [`${inside}${slash}`, `dvc:outside:${ids}`]);
  return output === '.' ? [] : [[`${output}${slash}`, kindOf(md5, entry.get('hash').text(), ids)]];
}

/**
 * Where a path that leads out of the repository comes back into it, in a clone that lies where its author guessed:
 * `../digits/model/w.bin` is `model/w.bin` of each clone in a directory `digits`, and `dvc pull` would write it there.
 */
function comingBack(output: string): string[] {
  const names = output.split('/').filter((name) => name !== '');
  const up = names.filter((name) => name === '..').length;
  const first = up === 0 ? 0 : 2 * up;
  const last = up === 0 ? names.length - 1 : Math.min(first, names.length - 1);
  const inside: string[] = [];
  for (let at = first; at <= last; at += 1) inside.push(names.slice(at).join('/'));
  return inside;
}

/**
 * DVC 3 says `hash: md5`. What does not comes from an older DVC, whose MD5 of a text takes CRLF for LF: two contents, one
 * hash.
 */
function kindOf(md5: string, hash: string | undefined, ids: string): DvcKind {
  if (!MD5.test(md5)) return `dvc:without-md5:${ids}`;
  if (hash === undefined) return `dvc:md5-dos2unix:${ids}`;
  return hash === 'md5' ? `dvc:${md5}` : `dvc:other-hash:${ids}`;
}
