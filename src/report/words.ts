import type { Finding, Maker, Person } from '../verify/finding.ts';
import { escapeText, quotePath } from './escape.ts';

/** Words that findings, verdicts and logs share. All of them are safe to print, whatever a repository put into them. */

/** Seven digits, as git shows them; what is no id is left whole. */
export function shortId(id: string): string {
  return isHex(id) ? id.slice(0, 7) : escapeText(id);
}

/** `sha256:9f86d081884c…`: enough to compare by eye; the JSON output has it whole. Anything else stays as it is. */
export function shortDigest(text: string): string {
  return escapeText(text).replace(/\b([0-9a-f]{12})[0-9a-f]{20,}\b/g, '$1…');
}

/** `Bob <bob@example.org>` → `Bob`. */
export function nameOnly(person: string): string {
  const name = escapeText(person).replace(/\s*<[^<>]*>\s*$/, '');
  return name === '' ? escapeText(person) : name;
}

/** `Bob (key 7E5D0C11A2B3C4D5)`: a name anybody can claim, and the key that only one holds. */
export function signerWords({ fingerprint, name }: Person): string {
  const key = `key ${isHex(fingerprint) ? fingerprint.slice(-16) : escapeText(fingerprint)}`;
  return name === '' ? key : `${nameOnly(name)} (${key})`;
}

/** `last made by prepare in 48effe4, signed by Alice (key …)`, as far as it is known. */
export function makerWords({ step, commit, signer }: Maker): string {
  const where = commit === undefined ? '' : ` in ${shortId(commit)}`;
  const who = signer === undefined ? '' : `, signed by ${signerWords(signer)}`;
  return `last made by ${escapeText(step)}${where}${who}`;
}

/** `data/train.csv`, in quotes where it has to be; `a file` where no path is known. */
export function pathWords({ path }: Finding): string {
  return path === undefined ? 'a file' : quotePath(path);
}

/** ` at 2be8810`, or nothing. */
export function atCommit({ commit }: Finding): string {
  return commit === undefined ? '' : ` at ${shortId(commit)}`;
}

/** ` in 2be8810 by Mallory`, as far as it is known. */
export function inCommit({ commit, author }: Finding): string {
  const where = commit === undefined ? '' : ` in ${shortId(commit)}`;
  return author === undefined ? where : `${where} by ${nameOnly(author)}`;
}

/** `train: `, or nothing. */
export function stepPrefix({ step }: Finding): string {
  return step === undefined ? '' : `${escapeText(step)}: `;
}

/** `train: the link of Bob (key …) at 2be8810`. */
export function linkWords(finding: Finding): string {
  const of = finding.signer === undefined ? '' : ` of ${signerWords(finding.signer)}`;
  return `${stepPrefix(finding)}the link${of}${atCommit(finding)}`;
}

function isHex(text: string): boolean {
  return /^[0-9a-f]+$/i.test(text);
}

/** `2 links`, `1 link`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/;

/** Columns of a terminal that a text takes: two a letter of the wide scripts and an emoji, none a combining mark. */
export function displayWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + letterWidth(letter), 0);
}

function letterWidth(letter: string): number {
  if (/\p{M}/u.test(letter)) return 0;
  return WIDE.test(letter) || /\p{Emoji_Presentation}/u.test(letter) ? 2 : 1;
}
