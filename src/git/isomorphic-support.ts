import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MlchainError } from '../errors.ts';
import { parseConfig, type Setting } from './config-file.ts';

/** Extensions of the repository format that change nothing about where refs and objects lie. */
const HARMLESS = new Map([
  ['noop', undefined],
  ['noop-v1', undefined],
  ['preciousobjects', undefined],
  ['worktreeconfig', undefined],
  ['relativeworktrees', undefined],
  ['objectformat', 'sha1'],
  ['refstorage', 'files'],
]);

/** Where a hook of a push, or a user, says that there are objects beside the repository's own. */
const ELSEWHERE = ['GIT_QUARANTINE_PATH', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES'];
/** Offsets and lengths in a pack are read as 31 bits. */
const LARGEST_PACK = 2 ** 31 - 1;
/** gitformat-pack(5), "VERSION 2 PACK-*.IDX FILES". */
const INDEX_V2 = Buffer.of(0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2);

export interface SupportedRepository {
  readonly gitDir: string;
  /** The repository's own configuration. */
  readonly settings: readonly Setting[];
}

/**
 * The repository at `dir`, where isomorphic-git can read it. It does not notice what it cannot read – it finds no
 * refs, or old ones –, so everything that it was seen to misread is refused here, by name. Throws
 * `unsupported-repository`, or `input` where there is no repository.
 */
export function supportedRepository(dir: string, env: NodeJS.ProcessEnv): SupportedRepository {
  const elsewhere = ELSEWHERE.find((name) => env[name] !== undefined);
  if (elsewhere !== undefined) {
    throw unsupported(`objects in quarantine or another place (${elsewhere} is set)`);
  }
  const gitDir = findGitDir(dir);
  const traits: readonly (readonly [file: string, what: string])[] = [
    ['commondir', 'a linked worktree'],
    ['reftable', 'refs in a reftable'],
    ['objects/info/alternates', 'objects borrowed from another repository (alternates)'],
    ['objects/info/http-alternates', 'objects borrowed from another repository (alternates)'],
  ];
  for (const [file, what] of traits) {
    if (existsSync(join(gitDir, file))) {
      throw unsupported(what);
    }
  }
  const settings = readSettings(gitDir);
  expectKnownFormat(settings);
  expectKnownPacks(join(gitDir, 'objects', 'pack'));
  return { gitDir, settings };
}

function findGitDir(dir: string): string {
  const dotGit = join(dir, '.git');
  if (existsSync(dotGit) && !statSync(dotGit).isDirectory()) {
    throw unsupported('a linked worktree or a submodule (.git is a file)');
  }
  const found = [dotGit, dir].find((place) =>
    ['HEAD', 'objects', 'config'].every((name) => existsSync(join(place, name))),
  );
  if (found === undefined) {
    throw new MlchainError('input', `not a git repository: ${dir}`, {
      hint: 'give the top directory of a clone, or a bare repository',
    });
  }
  return found;
}

/** With what `git config --worktree` wrote, where that is in use; git-worktree(1), "CONFIGURATION FILE". */
function readSettings(gitDir: string): Setting[] {
  const own = parseConfig(readFileSync(join(gitDir, 'config'), 'utf8'));
  const further = join(gitDir, 'config.worktree');
  const isUsed = own.some(([name, value]) => name === 'extensions.worktreeconfig' && value !== 'false');
  return isUsed && existsSync(further) ? [...own, ...parseConfig(readFileSync(further, 'utf8'))] : own;
}

/** gitrepository-layout(5), repository-version: who meets an extension that he does not know must not go on. */
function expectKnownFormat(settings: readonly Setting[]): void {
  for (const [name, value] of settings) {
    if (name === 'extensions.partialclone' || (/^remote\..*\.promisor$/s.test(name) && value !== 'false')) {
      throw unsupported('a partial clone');
    }
    if (/^include(if\..*)?\.path$/s.test(name)) {
      throw unsupported('a configuration that includes other files');
    }
    if (
      name.startsWith('extensions.') &&
      !isHarmless(name.slice('extensions.'.length), value.toLowerCase())
    ) {
      throw unsupported(`${name} = ${value}`);
    }
    if (name === 'core.repositoryformatversion' && !/^[01]$/.test(value)) {
      throw unsupported(`repository format version ${value}`);
    }
  }
}

function expectKnownPacks(dir: string): void {
  const files = existsSync(dir) ? readdirSync(dir) : [];
  if (files.some((name) => name.endsWith('.promisor'))) {
    throw unsupported('a partial clone');
  }
  for (const name of files.filter((each) => each.endsWith('.idx'))) {
    if (!firstBytes(join(dir, name), INDEX_V2.length).equals(INDEX_V2)) {
      throw unsupported(`a pack index of another version than 2 (${name})`);
    }
    const pack = statSync(join(dir, name.replace(/idx$/, 'pack')), { throwIfNoEntry: false });
    if (pack !== undefined && pack.size > LARGEST_PACK) {
      throw unsupported('a pack of 2 GiB or more');
    }
  }
}

function firstBytes(file: string, count: number): Buffer {
  const opened = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, readSync(opened, bytes, 0, count, 0));
  } finally {
    closeSync(opened);
  }
}

function isHarmless(key: string, value: string): boolean {
  return HARMLESS.has(key) && (HARMLESS.get(key) === undefined || HARMLESS.get(key) === value);
}

function unsupported(what: string): MlchainError {
  return new MlchainError('unsupported-repository', `cannot read ${what} without git`, {
    hint: 'install git: with it every repository can be read',
  });
}
