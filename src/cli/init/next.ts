import { escapeText } from '../../report/escape.ts';
import type { Standing } from './standing.ts';

/** What somebody does next, in a few lines that are safe to print. */
export function nextLines(standing: Standing, trustsOwners: boolean): readonly string[] {
  const lines = linesFor(standing);
  if (standing.role === 'founder' || trustsOwners) return lines;
  return [
    ...lines,
    'this clone trusts no owner yet, so it can verify nothing: ask the owners for their fingerprints, then',
    '  git mlchain trust FPR…          (or --first-use, to see whom the repository itself names)',
  ];
}

function linesFor(standing: Standing): readonly string[] {
  switch (standing.role) {
    case 'founder':
      return [
        'next: name your steps in .mlchainrc, then',
        `  git mlchain layout new --functionary STEP=KEY …   (KEY: a fingerprint or a certificate file${yours(standing.key?.fingerprint)})`,
      ];
    case 'functionary':
      return [
        `you may sign ${standing.steps.map(escapeText).join(', ')}; 'git mlchain status' says what is due`,
      ];
    case 'owner':
      return ['you have signed the layout as an owner'];
    case 'newcomer':
      return [
        'join: the layout does not know your key. Send its certificate to an owner, who adds you to a step:',
        `  git mlchain key export ${standing.key.fingerprint} > me.asc`,
        '  git mlchain layout set --functionary STEP=me.asc',
      ];
    case 'elsewhere':
      return [
        `import your key: the layout knows ${escapeText(standing.certificate)}, but its secret key is not here`,
        '  git mlchain key export --secret FPR > secret.asc      where it is',
        '  git mlchain key import secret.asc                     here',
      ];
    case 'reader':
      return [
        "read only: you can verify everything and sign nothing; 'git mlchain init --new-key' makes a key to join with",
      ];
  }
}

function yours(fingerprint: string | undefined): string {
  return fingerprint === undefined ? '' : `; yours is ${fingerprint}`;
}
