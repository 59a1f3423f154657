import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MlchainError } from '../errors.ts';

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

/**
 * The git directory for `dir`, where isomorphic-git can read it. It does not notice what it cannot read – it finds no
 * refs, or old ones –, so everything that it was seen to misread is refused here, by name. Throws
 * `unsupported-repository`, or `input` where there is no repository.
 */
export function supportedGitDir(dir: string, env: NodeJS.ProcessEnv): string {
  if (env.GIT_QUARANTINE_PATH !== undefined || env.GIT_OBJECT_DIRECTORY !== undefined) {
    throw unsupported('objects in quarantine (GIT_OBJECT_DIRECTORY is set)');
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
  expectKnownFormat(readFileSync(join(gitDir, 'config'), 'utf8'));
  return gitDir;
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

/** gitrepository-layout(5), repository-version: who meets an extension that he does not know must not go on. */
function expectKnownFormat(config: string): void {
  for (const [section, key, value] of settings(config)) {
    if (section === 'extensions' && key === 'partialclone') {
      throw unsupported('a partial clone');
    }
    if (/^remote\b/.test(section) && key === 'promisor' && value !== 'false') {
      throw unsupported('a partial clone');
    }
    if (section === 'extensions' && !isHarmless(key, value)) {
      throw unsupported(`extensions.${key} = ${value}`);
    }
    if (section === 'core' && key === 'repositoryformatversion' && !/^[01]$/.test(value)) {
      throw unsupported(`repository format version ${value}`);
    }
  }
}

function isHarmless(key: string, value: string): boolean {
  return HARMLESS.has(key) && (HARMLESS.get(key) === undefined || HARMLESS.get(key) === value);
}

/** Section (in lower case, with its subsection), key (lower case) and value of each line of a config file. */
function* settings(config: string): Generator<[section: string, key: string, value: string]> {
  let section = '';
  for (const line of config.split('\n')) {
    const [, head, rest = line] = /^\s*\[([^\]]*)\](.*)$/.exec(line) ?? [];
    section = head?.trim().toLowerCase() ?? section;
    const [, key, value = 'true'] = /^\s*([a-z][a-z0-9-]*)\s*(?:=\s*(.*))?$/i.exec(rest) ?? [];
    if (key !== undefined) {
      yield [
        section,
        key.toLowerCase(),
        value
          .replace(/\s*[#;].*$/, '')
          .trim()
          .replaceAll('"', '')
          .toLowerCase(),
      ];
    }
  }
}

function unsupported(what: string): MlchainError {
  return new MlchainError('unsupported-repository', `cannot read ${what} without git`, {
    hint: 'install git: with it every repository can be read',
  });
}
