const NUL = 0;

/**
 * Cuts a stream at NUL bytes, git's `-z` framing; the records of one chunk come together, since waiting for each of
 * a hundred thousand would take longer than reading them. What follows the last NUL is a record unless it is empty.
 */
export async function* records(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer[], void, undefined> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    const batch: Buffer[] = [];
    let at = 0;
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, at)) {
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
