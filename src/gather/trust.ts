import { MlchainError } from '../errors.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Trust } from '../verify/facts.ts';

const FINGERPRINT = /^[0-9A-F]{40}$/;

export interface TrustRequest {
  /** `--owner`, for this call instead of what is pinned. */
  readonly owners: readonly string[];
  /** `--strict`. */
  readonly strict: boolean;
  /** `MLCHAIN_OWNER` is read from here. */
  readonly env: NodeJS.ProcessEnv;
}

/** What this clone trusts: pinned in git config, outside the repository's content (`product.md` §3). */
export async function readTrust(repo: RepositoryReader, request: TrustRequest): Promise<Trust> {
  const strict = request.strict || (await repo.config('mlchain.strict')) === 'true';
  const given = givenTrust(request);
  if (given !== undefined) return { ...given, strict };
  const pinned = await repo.configAll('mlchain.owner');
  return {
    owners: distinctFingerprints(pinned),
    threshold: expectThreshold(await repo.config('mlchain.ownerThreshold')),
    id: await repo.config('mlchain.id'),
    strict,
  };
}

/** The owners named for this call alone, which needs no repository; undefined where none are. */
export function givenTrust({ owners, strict, env }: TrustRequest): Trust | undefined {
  const given = [...owners, ...(env.MLCHAIN_OWNER ?? '').split(/[\s,]+/)].filter((each) => each !== '');
  if (given.length === 0) return undefined;
  return { owners: distinctFingerprints(given), threshold: 1, id: undefined, strict };
}

function distinctFingerprints(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map(expectFingerprint))];
}

function expectFingerprint(text: string): string {
  const fingerprint = text.replace(/[\s:]|^0x/gi, '').toUpperCase();
  if (FINGERPRINT.test(fingerprint)) return fingerprint;
  throw new MlchainError('config', `expected an owner's fingerprint of 40 hex digits, found '${text}'`, {
    hint: 'git mlchain key list shows fingerprints; git mlchain trust pins them',
  });
}

/** A threshold that cannot be read must not become one that anybody meets. */
function expectThreshold(text: string | undefined): number {
  if (text === undefined) return 1;
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new MlchainError(
    'config',
    `expected mlchain.ownerThreshold to be an integer of at least 1, found '${text}'`,
  );
}
