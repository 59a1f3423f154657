import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

/** Where a peer keeps its keys: a home of its own. Returns the environment that it runs in. */
export function gpgHome(home: string): NodeJS.ProcessEnv {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  return { PATH: process.env.PATH, HOME: home, GNUPGHOME: home, LC_ALL: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' };
}

export function importKey(env: NodeJS.ProcessEnv, file: string): void {
  execFileSync('gpg', ['--batch', '--quiet', '--import', file], { env, stdio: 'ignore' });
}

/** A new Ed25519 key without a passphrase: its fingerprint, lower hex. */
export function makeKey(env: NodeJS.ProcessEnv): string {
  const batch = ['--batch', '--quiet', '--passphrase', ''];
  const key = ['--quick-gen-key', 'Bench <bench@example.org>', 'ed25519', 'sign'];
  execFileSync('gpg', [...batch, ...key], { env, stdio: 'ignore' });
  const listed = execFileSync('gpg', ['--list-keys', '--with-colons'], { env, encoding: 'utf8' });
  return (/^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? '').toLowerCase();
}
