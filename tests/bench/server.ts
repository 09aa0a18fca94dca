/**
 * The server of the benchmark, run in a process of its own so that it never takes time from what is
 * measured. Prints one line of JSON with its ports, and ends when its standard input does.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { CHUNKED_BODIES, JSON_BYTES, LARGE_BODY, MEBIBYTE_BODY, MEDIUM_BODY } from "./bodies.ts";

/** The ports, as the server prints them. */
export interface Ports {
  /** Bodies with a Content-Length, and POST. */
  readonly fixed: number;
  /** Bodies in chunks, without a Content-Length. */
  readonly chunked: number;
}

const JSON_TYPE = { "content-type": "application/json" };
const BINARY_TYPE = { "content-type": "application/octet-stream" };

/** Bodies with a Content-Length, which is what `Deno.serve` gives bytes. */
async function serveFixed(request: Request): Promise<Response> {
  if (request.method === "POST") {
    await request.bytes();
    return new Response(JSON_BYTES, { headers: JSON_TYPE });
  }
  switch (new URL(request.url).pathname) {
    case "/json":
      return new Response(JSON_BYTES, { headers: JSON_TYPE });
    case "/fresh":
      return new Response(JSON_BYTES, {
        headers: { ...JSON_TYPE, "cache-control": "max-age=86400" },
      });
    case "/medium":
      return new Response(MEDIUM_BODY, { headers: BINARY_TYPE });
    case "/mebibyte":
      return new Response(MEBIBYTE_BODY, { headers: BINARY_TYPE });
    case "/large":
      return new Response(LARGE_BODY, { headers: BINARY_TYPE });
  }
  return new Response(null, { status: 404 });
}

/**
 * Bodies in chunks, written as bytes made beforehand. A stream behind `Deno.serve` would cost the
 * server as much as the client spends on reading it, and so hide what the client costs.
 */
async function serveChunked(connection: Deno.Conn): Promise<void> {
  const received = new Uint8Array(16_384);
  const decoder = new TextDecoder();
  for (;;) {
    // No request has a body here, so each arrives in one piece and ends with an empty line.
    const size = await connection.read(received);
    if (size === null) return;
    const [, path = ""] = decoder.decode(received.subarray(0, size)).split(" ", 2);
    const answer = CHUNKED_BODIES.get(path);
    if (answer === undefined) throw new Error(`No chunked body at ${path}`);
    let written = 0;
    while (written < answer.length) written += await connection.write(answer.subarray(written));
  }
}

async function acceptChunked(listener: Deno.Listener): Promise<void> {
  for await (const connection of listener) {
    serveChunked(connection)
      .catch((error) => {
        // A client that goes away ends its connections in the middle of anything.
        if (!(error instanceof Deno.errors.ConnectionReset)) console.error(error);
      })
      .finally(() => connection.close());
  }
}

const fixed = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, serveFixed);
const chunked = Deno.listen({ hostname: "127.0.0.1", port: 0 });
acceptChunked(chunked);
const ports: Ports = { fixed: fixed.addr.port, chunked: chunked.addr.port };
console.log(JSON.stringify(ports));
for await (const _ of Deno.stdin.readable);
Deno.exit();
