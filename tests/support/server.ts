/**
 * A server on loopback for tests: `await using server = serve(handler)`. For faults below HTTP there
 * is `FakeServer`.
 *
 * @module
 */

/** A running server. */
export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  /** Method and path with query of every request, in order. */
  readonly requests: string[];
}

/** Starts a server that answers with `handler`; connections are cut when it is disposed. */
export function serve(
  handler: (request: Request, path: string) => globalThis.Response | Promise<globalThis.Response>,
): TestServer {
  const requests: string[] = [];
  const abort = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: abort.signal,
    onListen() {},
  }, (request) => {
    const { pathname, search } = new URL(request.url);
    requests.push(`${request.method} ${pathname}${search}`);
    return handler(request, pathname);
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await server.finished;
    },
  };
}

/** A body that sends `chunk` every `everyMs`, `count` times. */
export function drip(chunk: string, everyMs: number, count: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(chunk);
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    start(controller) {
      let sent = 0;
      timer = setInterval(() => {
        controller.enqueue(bytes);
        if (++sent === count) {
          clearInterval(timer);
          controller.close();
        }
      }, everyMs);
    },
    cancel() {
      clearInterval(timer);
    },
  });
}
