/**
 * Receives the callback of a sign-in, for a script on this machine (RFC 8252 7.3).
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { canServe, type LoopbackRequest, serveLoopback } from "../../runtime/loopback_server.ts";
import { abortSignal, type OptionTable, text, wholeNumber } from "../../options/checks.ts";
import { someText } from "../../options/some_text.ts";
import { readOptions } from "../../options/read_options.ts";

/** Options of {@linkcode listenForCallback}. */
export interface CallbackListenerOptions {
  /**
   * The port on 127.0.0.1; 0 selects a free one.
   *
   * @default {0}
   */
  readonly port?: number;
  /**
   * The path of the callback.
   *
   * @default {"/callback"}
   */
  readonly path?: string;
}

/** A listener for the callback of a sign-in. */
export interface CallbackListener extends AsyncDisposable {
  /** The `redirectUri` for `oauth2()`. */
  readonly redirectUri: string;
  /**
   * Returns the callback URL, for `exchange()`. It waits for the request with this state; an earlier one
   * counts. Every other request receives an error status and has no effect.
   *
   * @param options `state` comes from `authorizationUrl()`. Without it the first callback counts, which any
   * program or page on this machine can make. `signal` stops the wait.
   */
  callback(
    options?: { readonly state?: string; readonly signal?: AbortSignal },
  ): Promise<URL>;
}

const TABLE = {
  port: wholeNumber({ max: 65_535 }),
  path: text,
} satisfies OptionTable<CallbackListenerOptions>;

const CALLBACK = {
  state: someText,
  signal: abortSignal,
} satisfies OptionTable<{ readonly state?: string; readonly signal?: AbortSignal }>;

const HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "connection": "close",
};

/**
 * Listens on 127.0.0.1 for the callback of a sign-in. Deno needs `--allow-net=127.0.0.1`.
 *
 * @param options The port and the path.
 * @throws {TypeError} If this runtime cannot listen, as in a browser.
 *
 * @example
 * ```ts
 * import { listenForCallback } from "@codomyrmex/networking/auth/oauth2";
 *
 * await using listener = await listenForCallback();
 * const callback = listener.callback({ state: "2" }); // the state of authorizationUrl()
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
      "Cannot listen for a callback: path must begin with / and contain neither ? nor #",
    );
  }
  if (!canServe()) {
    throw new TypeError(
      "Cannot listen for a callback: this runtime has no node:http; use Deno, Node or Bun",
    );
  }
  const returns = new Returns();
  let redirectUri = "";
  const server = await serveLoopback(port, (request, response) => {
    const [status, words] = returns.accept(request, redirectUri);
    response.writeHead(status, HEADERS);
    response.end(`${words}\n`);
  });
  redirectUri = `http://127.0.0.1:${server.port}${path}`;
  return {
    redirectUri,
    // deno-lint-ignore require-await -- errors become rejections
    callback: async (given) => {
      const { state, signal } = readOptions("wait for a callback", given, CALLBACK);
      const came = returns.wait(state);
      return signal === undefined ? came : abortable(came, signal);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** How many callbacks are kept before a program waits for them. One more evicts the oldest. */
const MOST_EARLY = 64;

type Verdict = readonly [status: number, words: string];

const TAKEN: Verdict = [200, "You can close this window."];

/** The callbacks of users, by their state. */
class Returns {
  /** The received callbacks, awaited or not. */
  readonly #came = new Map<string, URL>();
  readonly #waiting = new Map<string, PromiseWithResolvers<URL>>();
  /** Waits for the first callback with any state. */
  #any: PromiseWithResolvers<URL> | undefined;

  /** Returns the callback with this state, or the first one. */
  wait(state: string | undefined): Promise<URL> {
    const before = state === undefined ? this.#came.values().next().value : this.#came.get(state);
    if (before !== undefined) return Promise.resolve(before);
    if (state === undefined) return (this.#any ??= Promise.withResolvers()).promise;
    // A program that waits for a state ignores callbacks with other states.
    const waiting = this.#waiting.get(state) ?? Promise.withResolvers<URL>();
    this.#waiting.set(state, waiting);
    return waiting.promise;
  }

  /** Accepts a request as a callback, or returns an error status. */
  accept(
    { method, url: target = "", headers }: LoopbackRequest,
    redirectUri: string,
  ): Verdict {
    const here = new URL(redirectUri);
    // RFC 8252 8.3: other programs, and pages whose host name resolves to this machine, send requests too.
    if (headers.host !== here.host) return [421, "Not this host."];
    const [path] = target.split("?", 1); // RFC 9112 3.2.1: the origin form only
    if (path !== here.pathname || target.includes("#")) return [404, "Not found."];
    if (method !== "GET") return [405, "Not allowed."];
    const url = new URL(here.origin + target);
    const { searchParams } = url;
    const [state, ...more] = searchParams.getAll("state");
    const isReturn = searchParams.has("code") || searchParams.has("error");
    if (!state || more.length > 0 || !isReturn) return [400, "Not a return from a sign-in."];
    return this.#take(state, url);
  }

  #take(state: string, url: URL): Verdict {
    const waiting = this.#waiting.get(state) ?? this.#any;
    if (waiting === undefined && this.#waiting.size > 0) {
      return [400, "Not the awaited return."];
    }
    waiting?.resolve(url);
    if (!this.#came.has(state)) {
      const [oldest] = this.#came.keys();
      if (this.#came.size >= MOST_EARLY) this.#came.delete(oldest!);
      this.#came.set(state, url);
    }
    return TAKEN;
  }
}
