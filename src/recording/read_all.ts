/**
 * Joins chunks to one array.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Joins chunks. */
export function joined(chunks: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** Reads a body; an abort cancels the stream. */
export async function readAll(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal | null = null,
): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  await body?.pipeTo(sink, signal === null ? {} : { signal });
  return joined(chunks);
}
