import type { Repository } from '../git/repository.ts';

/** Where evidence is to be pushed, and from where what lies there can be fetched. */
export interface DeliveryAddress {
  /** A remote's name where that says the same (its further settings then apply), else a URL. */
  readonly push: string;
  readonly fetch: string;
  /** The remote whose tracking refs mirror this address; undefined where none do. */
  readonly tracked: string | undefined;
}

/**
 * A remote may push to another place than it fetches from, or to several, and git runs pre-push for each with its URL.
 * What a remote's tracking refs say then says nothing about the place that is pushed to.
 * @param remote a name or a URL, as git hands it to pre-push. @param url the second argument of pre-push.
 */
export async function deliveryAddress(
  repo: Repository,
  remote: string,
  url: string | undefined,
): Promise<DeliveryAddress> {
  const [pushUrls, [fetchUrl]] = (await configuredUrls(repo, remote)) ?? (await urlsByGit(repo, remote));
  const target = url ?? pushUrls[0] ?? remote;
  const isRemote = pushUrls.includes(target);
  const mirrors = isRemote && fetchUrl === target;
  return {
    push: isRemote && pushUrls.length === 1 ? remote : target,
    fetch: mirrors ? remote : target,
    tracked: mirrors ? remote : undefined,
  };
}

type Urls = readonly [push: readonly string[], fetch: readonly string[]];

/** `url.BASE.insteadOf` and `pushInsteadOf`: which of them applies is for git to say. */
const REWRITING = /^url\..*\.(?:push)?insteadof$/s;

/** As the configuration has them; undefined where there is more to it than that. An empty one clears those before. */
async function configuredUrls(repo: Repository, remote: string): Promise<Urls | undefined> {
  const fetch = await repo.configAll(`remote.${remote}.url`);
  const push = await repo.configAll(`remote.${remote}.pushurl`);
  const isRewritten = (await repo.configNames()).some((name) => REWRITING.test(name));
  if (fetch.length === 0 || isRewritten || [...fetch, ...push].includes('')) return undefined;
  return [push.length > 0 ? push : fetch, fetch];
}

async function urlsByGit(repo: Repository, remote: string): Promise<Urls> {
  return await Promise.all([urlsOf(repo, ['--push', '--all', remote]), urlsOf(repo, [remote])]);
}

/** None where `remote` is no configured remote. 2: "No such remote"; older gits say so with 128. */
async function urlsOf(repo: Repository, args: readonly string[]): Promise<string[]> {
  const { stdout, code } = await repo.git.run(['remote', 'get-url', ...args], { okCodes: [0, 2, 128] });
  return code === 0 ? stdout.toString('utf8').split('\n').slice(0, -1) : [];
}
