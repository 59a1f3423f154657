import type { Artifacts } from '../intoto/digest.ts';
import type { Link } from '../intoto/link.ts';
import type { Person } from '../verify/finding.ts';
import type { ImportUse } from '../verify/import-use.ts';
import type { LinkStanding } from '../verify/link-standing.ts';
import { escapeText, quotePath } from './escape.ts';
import { importUseWords } from './import-text.ts';
import type { Style } from './style.ts';
import { findingsText } from './verdict-text.ts';
import { shortDigest, signerWords } from './words.ts';

/** One link in full, as `git mlchain show` prints it. */
export function linkText(
  { link, binding, signer, counting, findings }: Omit<LinkStanding, 'entry'>,
  style: Style,
): string {
  const standing =
    counting === undefined ? style.red('does not count') : counting.carried ? 'carried' : 'counts';
  const lines = [
    `${style.bold(`link of ${escapeText(link.name)}`)} (${standing})`,
    `  signer:    ${signerWords(signer)}`,
    `  recorded:  ${escapeText(binding.recorded)} by ${binding.recorder}`,
    `  command:   ${commandWords(link)}`,
    ...artifactLines('materials', link.materials, binding.kinds),
    ...artifactLines('products', link.products, binding.kinds),
  ];
  if (binding.external.length > 0) lines.push(`  external:  ${binding.external.map(quotePath).join(', ')}`);
  if (findings.length > 0) lines.push(findingsText(findings, style));
  return lines.join('\n');
}

/** A link that in-toto made: it names no commit, and no time but that of its signature. */
export function importedLinkText(link: Link, signer: Person, use: ImportUse, style: Style): string {
  return [
    `${style.bold(`imported link of ${escapeText(link.name)}`)} (${importUseWords(use)})`,
    `  signer:    ${signerWords(signer)}`,
    `  command:   ${commandWords(link)}`,
    ...artifactLines('materials', link.materials, new Map()),
    ...artifactLines('products', link.products, new Map()),
  ].join('\n');
}

function commandWords({ command }: Link): string {
  return command.length === 0 ? 'none' : command.map(escapeText).join(' ');
}

function artifactLines(title: string, artifacts: Artifacts, kinds: ReadonlyMap<string, string>): string[] {
  if (artifacts.size === 0) return [`  ${title}: none`];
  const rows = [...artifacts].map(([name, digests]) => {
    const kind = kinds.get(name);
    const digest = [...digests].map(([algorithm, hex]) => `${algorithm}:${hex}`).join(' ');
    return `    ${shortDigest(digest)}  ${quotePath(name)}${kind === undefined ? '' : ` (${escapeText(kind)})`}`;
  });
  return [`  ${title}:`, ...rows];
}
