import { records } from './records.ts';
import type { Repository } from './repository.ts';

/** A commit and nothing but its place. */
export interface GraphCommit {
  readonly id: string;
  readonly parents: readonly string[];
}

/** Every commit that leads to one, every parent before its child; costs no look at any tree. */
export async function* readGraph(
  repo: Repository,
  tip: string,
): AsyncGenerator<GraphCommit, void, undefined> {
  const args = ['rev-list', '--topo-order', '--reverse', '--parents', '--end-of-options', tip];
  for await (const lines of records(repo.git.stream(args), '\n')) {
    for (const line of lines) {
      const [id = '', ...parents] = line.toString('latin1').split(' ');
      yield { id, parents };
    }
  }
}
