import type { Layout } from '../intoto/layout.ts';
import { findKey } from './check.ts';

/**
 * Whether a layout lets this key sign for a step: in-toto's rule for masters and subkeys. A step that names the master
 * accepts its subkeys, and not the reverse.
 * @param keyid lower hex
 */
export function isAuthorised(layout: Layout, step: string, keyid: string): boolean {
  const found = findKey(layout.keys, keyid);
  const pubkeys = layout.steps.find(({ name }) => name === step)?.pubkeys ?? [];
  return found !== undefined && (pubkeys.includes(keyid) || pubkeys.includes(found.master.keyid));
}
