const NUL = 0;

/** Cuts a stream at NUL bytes, git's `-z` framing. What follows the last NUL is a record too, unless it is empty. */
export async function* records(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  for await (const chunk of stream) {
    let at = 0;
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, at)) {
      const last = chunk.subarray(at, end);
      yield parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      at = end + 1;
    }
    if (at < chunk.length) {
      parts.push(chunk.subarray(at));
    }
  }
  if (parts.length > 0) {
    yield Buffer.concat(parts);
  }
}
