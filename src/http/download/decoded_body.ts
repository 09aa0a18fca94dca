/**
 * Decodes a body that the runtime did not decode, for downloads. It uses `node:zlib`, which reads every
 * member of a gzip body (RFC 1952 2.2); Deno, Node and Bun have it.
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

/** The part of node:zlib that is used; Node has zstd since 22.15. */
interface Zlib {
  createGunzip(): NodeTransform;
  createInflate(): NodeTransform;
  createInflateRaw(): NodeTransform;
  createBrotliDecompress(): NodeTransform;
  createZstdDecompress?(): NodeTransform;
}

/** The part of node:stream that is used. */
interface NodeStreams {
  readonly Duplex: { toWeb(transform: NodeTransform): ReadableWritablePair<Bytes, Bytes> };
}

/**
 * Decodes the codings that {@linkcode remainingCoding} named; returns undefined if this runtime cannot
 * decode one of them. A body in another coding fails with `protocol_error`.
 *
 * @param codings Their names, in the order in which they were applied.
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
    failure.error = error; // the decoders may replace it with another error
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
    const why = `the body does not match its Content-Encoding (${codings})`;
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
    case "deflate": // RFC 1950, or RFC 1951 without it, which many servers send
      return (first[0]! & 0x0f) === 0x08 ? zlib.createInflate() : zlib.createInflateRaw();
  }
  return undefined;
}

/** Returns the same stream with another error. */
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
