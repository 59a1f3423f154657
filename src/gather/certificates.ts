import { MlchainError } from '../errors.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { type Certificate, readCertificates } from '../openpgp/certificate.ts';

/**
 * Certificates by blob id, newest first. One that cannot be read adds nothing and takes nothing: certificates only
 * ever take rights away, and whoever can push could add junk beside good ones.
 */
export async function readCertificateBlobs(
  repo: RepositoryReader,
  blobs: Iterable<string>,
): Promise<Certificate[]> {
  const certificates: Certificate[] = [];
  for (const blob of blobs) {
    const object = await repo.objects.read(blob);
    if (object === undefined)
      throw new MlchainError('incomplete', `the certificate ${blob} is not in this clone`);
    certificates.push(...(await readOrNothing(object.data)));
  }
  return certificates;
}

async function readOrNothing(data: Buffer): Promise<readonly Certificate[]> {
  try {
    return await readCertificates(data);
  } catch (error) {
    if (error instanceof MlchainError && error.code === 'input') return [];
    throw error;
  }
}
