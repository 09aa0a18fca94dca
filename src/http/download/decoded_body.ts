/**
 * Takes content codings off a body that the runtime handed over as it came, where the content is what
 * matters and not the bytes: in downloads. `node:zlib` does it, and reads every member of a gzip body
 * (RFC 1952 2.2); Deno, Node and Bun have it.
 *
 * @module
 */

import { ConnectionError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { firstBytes } from "../response/body_chunks.ts";
import { builtinModule } from "../../runtime/builtin_modules.ts";
import { lazyStream } from "../../runtime/byte_streams.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A transform stream of Node. */
type NodeTransform = object;

/** As much of node:zlib as is used; Node 22 has zstd from 22.15 on. */
interface Zlib {
  createGunzip(): NodeTransform;
  createInflate(): NodeTransform;
  createInflateRaw(): NodeTransform;
  createBrotliDecompress(): NodeTransform;
  createZstdDecompress?(): NodeTransform;
}

/** As much of node:stream as is used. */
interface NodeStreams {
  readonly Duplex: { toWeb(transform: NodeTransform): ReadableWritablePair<Bytes, Bytes> };
}

/**
 * The body without the codings that {@linkcode remainingCoding} named; undefined where one of them
 * cannot be taken off here. A body that is not what they say fails with `protocol_error`.
 *
 * @param codings The names, in the order in which they were applied.
 */
export async function decodedBody(
  body: ReadableStream<Bytes>,
  codings: string,
  request: { readonly method: string; readonly url: string },
): Promise<ReadableStream<Bytes> | undefined> {
  const zlib = builtinModule<Zlib>("node:zlib");
  const streams = builtinModule<NodeStreams>("node:stream");
  if (zlib === undefined || streams === undefined) return undefined;
  const failure: { error?: unknown } = {};
  let decoded = relayed(body, (error) => {
    failure.error = error; // which may come through the decoders as something else
    return error;
  });
  for (const name of codings.split(", ").reverse()) {
    const { first, rest } = await firstBytes(decoded);
    const decoder = decoderOf(name, first, zlib);
    if (decoder === undefined) return undefined;
    decoded = rest.pipeThrough(streams.Duplex.toWeb(decoder));
  }
  return relayed(decoded, (cause) => {
    if ("error" in failure) return failure.error;
    const { method, url } = request;
    const why = `the body is not what its Content-Encoding says (${codings})`;
    return new ConnectionError("protocol_error", `Cannot ${method} ${describeURL(url)}: ${why}`, {
      ...{ method, url, cause },
    });
  });
}

function decoderOf(name: string, first: Bytes, zlib: Zlib): NodeTransform | undefined {
  switch (name) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "br":
      return zlib.createBrotliDecompress();
    case "zstd":
      return zlib.createZstdDecompress?.();
    case "deflate": // RFC 1950 as it should be, or RFC 1951 alone as many send it
      return (first[0]! & 0x0f) === 0x08 ? zlib.createInflate() : zlib.createInflateRaw();
  }
  return undefined;
}

/** The same stream, what it fails with replaced. */
function relayed(
  stream: ReadableStream<Bytes>,
  toError: (thrown: unknown) => unknown,
): ReadableStream<Bytes> {
  const reader = stream.getReader();
  return lazyStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (thrown) {
        throw toError(thrown);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
