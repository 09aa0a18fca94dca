/**
 * Where a script receives the user's return from signing in (RFC 8252 7.3).
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { builtinModule } from "../../http/builtin.ts";
import { type OptionTable, text, wholeNumber } from "../../options/checks.ts";
import { readOptions } from "../../options/read_options.ts";

/** Where to listen. */
export interface CallbackListenerOptions {
  /**
   * The port of 127.0.0.1.
   *
   * @default {0} any free one
   */
  readonly port?: number;
  /**
   * The path.
   *
   * @default {"/callback"}
   */
  readonly path?: string;
}

/** A listener for one return. */
export interface CallbackListener extends AsyncDisposable {
  /** What `oauth2()` takes as `redirectUri`. */
  readonly redirectUri: string;
  /**
   * The URL that the user came back to, for `exchange()`.
   *
   * @param options `signal` gives up.
   */
  callback(options?: { readonly signal?: AbortSignal }): Promise<URL>;
}

/** What this needs of node:http, which Deno, Node and Bun have. */
interface NodeHTTP {
  createServer(
    handle: (
      request: { readonly method?: string; readonly url?: string },
      response: { writeHead(status: number, headers: object): { end(text: string): void } },
    ) => void,
  ): NodeServer;
}

interface NodeServer {
  once(event: "error", listener: (error: Error) => void): void;
  listen(port: number, hostname: string, listening: () => void): void;
  address(): { readonly port: number };
  close(closed: () => void): void;
  closeAllConnections(): void;
}

const TABLE = {
  port: wholeNumber({ max: 65_535 }),
  path: text,
} satisfies OptionTable<CallbackListenerOptions>;

const HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "connection": "close",
};

/**
 * Listens on 127.0.0.1 for the user's return. Deno asks for `--allow-net=127.0.0.1`.
 *
 * @param options Where to listen.
 * @throws {TypeError} If this runtime cannot listen, as a browser.
 *
 * @example
 * ```ts
 * import { listenForCallback } from "@codomyrmex/networking/auth/oauth2";
 *
 * await using listener = await listenForCallback();
 * const callback = listener.callback();
 * // The browser does this when the user has signed in:
 * await (await fetch(`${listener.redirectUri}?code=1&state=2`)).text();
 * console.log((await callback).searchParams.get("code")); // 1
 * ```
 */
export async function listenForCallback(
  options?: CallbackListenerOptions,
): Promise<CallbackListener> {
  const { port = 0, path = "/callback" } = readOptions("listen for a callback", options, TABLE);
  if (!path.startsWith("/") || /[?#]/.test(path)) {
    throw new TypeError(
      "Cannot listen for a callback: path must begin with / and end before ? and #",
    );
  }
  const http = builtinModule<NodeHTTP>("node:http");
  if (http === undefined) {
    throw new TypeError("Cannot listen for a callback: this runtime has no node:http");
  }
  const came = Promise.withResolvers<URL>();
  let redirectUri = "";
  const server = http.createServer(({ method, url = "/" }, response) => {
    const asked = URL.canParse(url, redirectUri) ? new URL(url, redirectUri) : undefined;
    const query = asked?.searchParams;
    const isReturn = method === "GET" && asked?.pathname === path &&
      (query!.has("code") || query!.has("error"));
    response.writeHead(isReturn ? 200 : 404, HEADERS)
      .end(isReturn ? "You can close this window.\n" : "Not found.\n");
    if (isReturn) came.resolve(asked);
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  redirectUri = `http://127.0.0.1:${server.address().port}${path}`;
  return {
    redirectUri,
    callback: ({ signal } = {}) =>
      signal === undefined ? came.promise : abortable(came.promise, signal),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
