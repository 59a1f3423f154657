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
  const [pushUrls, [fetchUrl]] = await Promise.all([
    urlsOf(repo, ['--push', '--all', remote]),
    urlsOf(repo, [remote]),
  ]);
  const target = url ?? pushUrls[0] ?? remote;
  const isRemote = pushUrls.includes(target);
  const mirrors = isRemote && fetchUrl === target;
  return {
    push: isRemote && pushUrls.length === 1 ? remote : target,
    fetch: mirrors ? remote : target,
    tracked: mirrors ? remote : undefined,
  };
}

/** None where `remote` is no configured remote. 2: "No such remote"; older gits say so with 128. */
async function urlsOf(repo: Repository, args: readonly string[]): Promise<string[]> {
  const { stdout, code } = await repo.git.run(['remote', 'get-url', ...args], { okCodes: [0, 2, 128] });
  return code === 0 ? stdout.toString('utf8').split('\n').slice(0, -1) : [];
}
