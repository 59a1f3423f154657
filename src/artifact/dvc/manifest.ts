import { createHash } from 'node:crypto';
import { compareCodePoints } from '../../intoto/code-point-order.ts';
import { unsafeName } from '../safe-name.ts';

/** One file of a directory that DVC tracks as a whole. */
export interface ManifestEntry {
  /** Below the directory. */
  readonly relpath: string;
  readonly md5: string;
}

/**
 * Reads what DVC keeps as `<md5>.dir`: a JSON list of `{"md5", "relpath"}`. Undefined for anything else – also for a
 * path that leads out of the directory: what is read by it is somebody else's file (threat 33).
 */
export function parseManifest(bytes: Uint8Array): readonly ManifestEntry[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!Array.isArray(list)) return undefined;
  const entries = list.map(entryFrom);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function entryFrom(item: unknown): ManifestEntry | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { relpath, md5 } = item as { relpath?: unknown; md5?: unknown };
  if (typeof relpath !== 'string' || typeof md5 !== 'string') return undefined;
  return unsafeName(relpath) === undefined && /^[0-9a-f]{32}$/.test(md5) ? { relpath, md5 } : undefined;
}

/** The MD5 of the manifest that DVC would write: Python's `json.dumps` of the list, by relative path, keys sorted. */
export function manifestMd5(entries: readonly ManifestEntry[]): string {
  const sorted = entries.toSorted((one, other) => compareCodePoints(one.relpath, other.relpath));
  const items = sorted.map(({ md5, relpath }) => `{"md5": "${md5}", "relpath": ${pythonJson(relpath)}}`);
  return createHash('md5')
    .update(`[${items.join(', ')}]`)
    .digest('hex');
}

/** Python writes everything beyond ASCII as UTF-16 escapes. */
function pythonJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
