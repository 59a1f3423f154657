import type { Digester } from '../artifact/digester.ts';
import type { Artifact } from '../artifact/kind.ts';
import type { Repository } from '../git/repository.ts';
import type { Layout } from '../intoto/layout.ts';
import type { RecordedPatterns } from '../layout/recorded.ts';
import type { Signer, SigningKey } from '../openpgp/signer.ts';

/** The layout in a commit's tree, unverified. */
export interface LayoutInForce {
  /** Id of the layout's blob: equal ids, equal layouts. */
  readonly blob: string;
  readonly layout: Layout;
}

/** Is this controlled path, with this content, explained by a counting link or an endorsement? */
export type Explained = (path: string, artifact: Artifact) => boolean;

/** Who last changed a path, in git's words. */
export interface Blame {
  readonly commit: string;
  /** `Name <email>`: foreign text. */
  readonly author: string;
}

/** The commit that brought a path this content, where nobody has explained it, then or since. */
export type Stranger = (path: string, artifact: Artifact) => Promise<Blame | undefined>;

/**
 * What recording needs from the floors above it: the judge, the configuration, a key. The caller of this room hands
 * them in; everything that may be slow, ask or fail is a function, called only when it is needed.
 */
export interface RecordingContext {
  readonly repo: Repository;
  readonly digester: Digester;
  /** Undefined where the tree has no layout. Throws where it has one that cannot be read. */
  readonly layoutAt: (commit: string) => Promise<LayoutInForce | undefined>;
  /** The judge's word on the history that ends in these commits. */
  readonly explainedIn: (tips: readonly string[]) => Promise<Explained>;
  /** The same at a glance: what it does not know may be explained all the same. */
  readonly rememberedIn: (tips: readonly string[]) => Promise<Explained>;
  /** What came into the history that ends in these commits and was never explained, though it may be gone again. */
  readonly strangersIn: (tips: readonly string[]) => Promise<Stranger>;
  /** What `.mlchainrc` adds to a step's patterns. Throws where the file cannot be read. */
  readonly extraPatterns: (step: string) => Promise<Partial<RecordedPatterns> | undefined>;
  /** Which key would sign; opens nothing and asks nobody. Throws KeyError. */
  readonly signingKey: () => Promise<SigningKey>;
  /** The same key, opened. Throws KeyError. */
  readonly signer: () => Promise<Signer>;
  /** The person's environment: MLCHAIN_STEP. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
