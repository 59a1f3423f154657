import type { Repository } from '../git/repository.ts';

/**
 * What git does to the content of a file on its way into the repository (gitattributes(5)). `none`: nothing.
 * `line-ends`: at most CRLF becomes LF. `lfs`: git-lfs puts a pointer in its place. `other`: anything at all.
 */
export type Conversion = 'none' | 'line-ends' | 'lfs' | 'other';

type Attributes = ReadonlyMap<string, string>;

const NO_ATTRIBUTES: Attributes = new Map();
const LINE_END_ATTRIBUTES = ['text', 'crlf', 'eol'] as const;

/** The conversion of each path, asked of git at once; paths with none are left out. */
export async function conversionsOf(
  repo: Repository,
  paths: readonly string[],
): Promise<Map<string, Conversion>> {
  const converts = await converterOf(repo);
  const attributes = await readAttributes(repo, paths);
  const withoutAny = await converts(NO_ATTRIBUTES);
  const found = new Map<string, Conversion>();
  for (const path of paths) {
    const own = attributes.get(path);
    const conversion = own === undefined ? withoutAny : await converts(own);
    if (conversion !== 'none') found.set(path, conversion);
  }
  return found;
}

async function converterOf(repo: Repository): Promise<(attributes: Attributes) => Promise<Conversion>> {
  const autocrlf = (await repo.config('core.autocrlf'))?.toLowerCase() ?? 'false';
  const convertsLineEnds = !['false', 'no', 'off', '0', ''].includes(autocrlf);
  return async (attributes) => {
    const filter = await filterOf(repo, attributes);
    if (isSet(attributes, 'ident') || isSet(attributes, 'working-tree-encoding')) return 'other';
    if (filter !== 'none') return filter;
    if (attributes.get('text') === 'unset') return 'none';
    const named = LINE_END_ATTRIBUTES.some((name) => attributes.has(name));
    return named || convertsLineEnds ? 'line-ends' : 'none';
  };
}

/** An attribute without a driver in the configuration does nothing: git-lfs that is not installed. */
async function filterOf(repo: Repository, attributes: Attributes): Promise<'none' | 'lfs' | 'other'> {
  const name = attributes.get('filter');
  if (name === undefined || name === 'unset') return 'none';
  const drivers = [await repo.config(`filter.${name}.clean`), await repo.config(`filter.${name}.process`)];
  if (drivers.every((driver) => driver === undefined || driver === '')) return 'none';
  return name === 'lfs' ? 'lfs' : 'other';
}

function isSet(attributes: Attributes, name: string): boolean {
  return attributes.has(name) && attributes.get(name) !== 'unset';
}

/** `-a` names only the attributes a path has: nothing at all in most repositories. */
async function readAttributes(repo: Repository, paths: readonly string[]): Promise<Map<string, Attributes>> {
  const attributes = new Map<string, Map<string, string>>();
  if (paths.length === 0) return attributes;
  const input = paths.map((path) => `${path}\0`).join('');
  const { stdout } = await repo.git.run(['check-attr', '-z', '--stdin', '-a'], { input });
  const words = stdout.toString('utf8').split('\0');
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [path = '', name = '', value = ''] = words.slice(at, at + 3);
    const known = attributes.get(path) ?? new Map<string, string>();
    attributes.set(path, known.set(name, value));
  }
  return attributes;
}

/** Extensions (git-lfs-config(5)) put more than three lines into a pointer, and other content behind it. */
export async function hasLfsExtensions(repo: Repository): Promise<boolean> {
  const args = ['config', '--name-only', '--get-regexp', '^lfs\\.extension\\.'];
  return (await repo.git.run(args, { okCodes: [0, 1] })).code === 0;
}
