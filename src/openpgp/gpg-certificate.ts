import type { Certificate } from './certificate.ts';
import { readCertificates } from './certificate.ts';
import { runGpg } from './gpg.ts';

/**
 * Somebody's certificate from the user's GnuPG keyring, secret key or not; undefined where it is not there, or there
 * is no gpg.
 * @param fingerprint of the primary key, upper hex
 */
export async function findGpgCertificate(
  program: string,
  env: NodeJS.ProcessEnv,
  fingerprint: string,
): Promise<Certificate | undefined> {
  const options = ['--batch', '--no-armor', '--export-options=no-export-attributes'];
  const exported = await runGpg(program, [...options, '--export', '--', fingerprint], env);
  if (exported === undefined || exported.stdout.length === 0) return undefined;
  // gpg finds a primary key by its subkeys too: only the one that was named will do.
  return (await readCertificates(exported.stdout)).find((found) => found.fingerprint === fingerprint);
}
