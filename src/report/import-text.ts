import type { ImportUse } from '../verify/import-use.ts';
import { findingText } from './finding-text.ts';

/** What becomes of a link that names no commit, in a few words. */
export function importUseWords(use: ImportUse): string {
  switch (use.kind) {
    case 'used':
      return 'used for the release';
    case 'recorded-here':
      return 'not used, since somebody has recorded this step here';
    case 'no-layout':
      return 'not used before a layout by pinned owners is in force';
    case 'no-step':
      return 'not used, since the layout has no such step';
    case 'not-needed':
      return 'not used beside a newer one';
    case 'refused':
      return `not used: ${findingText(use.finding).message}`;
  }
}
