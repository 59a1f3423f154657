import type { CommandSpec, OptionSpec } from '../command.ts';

export const yesOption: OptionSpec = { name: 'yes', short: 'y', summary: 'answer yes to every question' };

export const setUpCommands: readonly CommandSpec[] = [
  {
    name: 'init',
    group: 'set up',
    summary: 'set this repository up: configuration, hooks, fetch refspec',
    description: `Writes a commented .mlchainrc where there is none, installs the hooks, lets plain
'git fetch' bring the evidence, fetches it once and says what comes next. A key
is made only where no layout exists yet. Safe to repeat.`,
    options: [
      yesOption,
      { name: 'new-key', summary: 'make a signing key, even where a layout already names others' },
    ],
    examples: ['git mlchain init --yes'],
  },
  {
    name: 'key new',
    group: 'set up',
    summary: 'make an OpenPGP key in your own key store',
    description: `Name and address default to git's user.name and user.email. The passphrase is
asked for on the terminal or read from the file that MLCHAIN_PASSPHRASE_FILE
names. The last line of standard output is the fingerprint.`,
    options: [
      { name: 'name', value: 'NAME', summary: 'whose key it is' },
      { name: 'email', value: 'ADDRESS', summary: 'their mail address' },
      { name: 'type', value: 'TYPE', summary: 'ed25519 (default) or rsa3072' },
      { name: 'expires', value: 'SPAN', summary: 'how long it is good, like 2y (default: no end)' },
      { name: 'no-passphrase', summary: 'store the secret part unlocked' },
    ],
    examples: ["git mlchain key new --name 'Olivia Owner' --email olivia@example.org"],
  },
  {
    name: 'key list',
    group: 'set up',
    summary: 'list the keys in your own key store',
  },
  {
    name: 'key export',
    group: 'set up',
    summary: 'write a certificate, armored, to standard output',
    positionals: [{ name: 'FPR', required: true }],
    options: [{ name: 'secret', summary: 'the secret key, to move it to a second machine' }],
    examples: ['git mlchain key export 5A3F… > alice.asc'],
  },
  {
    name: 'key import',
    group: 'set up',
    summary: 'take a secret key into your own key store',
    description: `FILE is what 'key export --secret' or 'gpg --export-secret-keys' wrote; - is
standard input. A newer certificate of a key that is there already is added to it.`,
    positionals: [{ name: 'FILE', required: true, repeatable: true }],
  },
  {
    name: 'key unlock',
    group: 'set up',
    summary: 'let hooks sign with a key for a while without its passphrase',
    positionals: [{ name: 'FPR' }],
    options: [{ name: 'for', value: 'SPAN', summary: 'how long, like 30m or 8h (default: 8h)' }],
    examples: ['git mlchain key unlock --for 8h'],
  },
  {
    name: 'key revoke',
    group: 'set up',
    summary: 'take a key back for ever, and write its revoked certificate to standard output',
    description: `As compromised, everything it ever signed is void. As superseded or retired, what
it signed before stays good.`,
    positionals: [{ name: 'FPR', required: true }],
    options: [{ name: 'reason', value: 'WHY', summary: 'compromised, superseded or retired' }, yesOption],
    examples: ['git mlchain key revoke 5A3F… --reason retired'],
  },
  {
    name: 'trust',
    group: 'set up',
    summary: 'pin the owners that this clone trusts',
    description: `All trust starts at the owners' fingerprints, kept in this clone's git config and
never taken from the repository itself. Compare them with the owners over
another channel before you pin them.`,
    positionals: [{ name: 'FPR', repeatable: true }],
    options: [
      { name: 'first-use', summary: 'show the owners that the repository claims, ask, and pin them' },
      { name: 'list', summary: 'list the pinned owners' },
      { name: 'remove', value: 'FPR', repeatable: true, summary: 'no longer trust this owner' },
      yesOption,
    ],
    examples: ['git mlchain trust 5A3F0C11D2E4…', 'git mlchain trust --first-use'],
  },
  {
    name: 'hooks install',
    group: 'set up',
    summary: 'install the git hooks, beside the ones that are there',
  },
  {
    name: 'hooks uninstall',
    group: 'set up',
    summary: 'remove the hooks and put back what was there before',
  },
  {
    name: 'hooks status',
    group: 'set up',
    summary: 'show which hooks are live',
  },
  {
    name: 'doctor',
    group: 'set up',
    summary: 'is everything live? what was found, and how to mend it',
    description: `Examines git, Node, the hooks (by running them), git-lfs, the remotes (by asking
them), the pinned owners, the layout, your key (by signing with it), your key
store and the queue, and changes nothing. Ends with 1 if there is an error; a
warning does no harm yet.`,
  },
];
