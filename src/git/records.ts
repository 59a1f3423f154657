import { isAscii } from 'node:buffer';
import { decodePath } from './paths.ts';

/**
 * Cuts a stream at NUL bytes (git's `-z`), or at another byte; the records of one chunk come together, since waiting
 * for each of a hundred thousand would take longer than reading them. What follows the last one is a record unless it
 * is empty.
 */
export async function* records(
  stream: AsyncIterable<Buffer>,
  separator: '\0' | '\n' = '\0',
): AsyncGenerator<Buffer[], void, undefined> {
  const byte = separator.charCodeAt(0);
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    const batch: Buffer[] = [];
    let at = 0;
    for (let end = chunk.indexOf(byte); end !== -1; end = chunk.indexOf(byte, at)) {
      const last = chunk.subarray(at, end);
      batch.push(begun.length === 0 ? last : Buffer.concat([...begun, last]));
      begun = [];
      at = end + 1;
    }
    if (at < chunk.length) {
      begun.push(chunk.subarray(at));
    }
    yield batch;
  }
  if (begun.length > 0) {
    yield [Buffer.concat(begun)];
  }
}

/** {@link records} as text, each decoded as a path is: a chunk of plain ASCII, as most are, at once. */
export async function* textRecords(stream: AsyncIterable<Buffer>): AsyncGenerator<string[], void, undefined> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    const end = chunk.lastIndexOf(0);
    if (end >= 0) {
      yield textsIn(Buffer.concat([...begun, chunk.subarray(0, end)]));
      begun = [];
    }
    if (end + 1 < chunk.length) begun.push(chunk.subarray(end + 1));
  }
  if (begun.length > 0) yield textsIn(Buffer.concat(begun));
}

function textsIn(bytes: Buffer): string[] {
  if (isAscii(bytes)) return bytes.toString('latin1').split('\0');
  const texts: string[] = [];
  let at = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, at)) {
    texts.push(decodePath(bytes.subarray(at, end)));
    at = end + 1;
  }
  return [...texts, decodePath(bytes.subarray(at))];
}
