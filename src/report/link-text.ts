import type { Artifacts } from '../intoto/digest.ts';
import type { LinkStanding } from '../verify/link-standing.ts';
import { escapeText, quotePath } from './escape.ts';
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
  const command = link.command.length === 0 ? 'none' : link.command.map(escapeText).join(' ');
  const lines = [
    `${style.bold(`link of ${escapeText(link.name)}`)} (${standing})`,
    `  signer:    ${signerWords(signer)}`,
    `  recorded:  ${escapeText(binding.recorded)} by ${binding.recorder}`,
    `  command:   ${command}`,
    ...artifactLines('materials', link.materials, binding.kinds),
    ...artifactLines('products', link.products, binding.kinds),
  ];
  if (binding.external.length > 0) lines.push(`  external:  ${binding.external.map(quotePath).join(', ')}`);
  if (findings.length > 0) lines.push(findingsText(findings, style));
  return lines.join('\n');
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
