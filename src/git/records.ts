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
