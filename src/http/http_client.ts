/**
 * The HTTP client: it owns options and verbs, and leaves everything else to the pipeline.
 *
 * The walk of `client.get(url)`:
 *
 * 1. `settings/resolve_call.ts` makes one request of options and URL, or refuses them.
 * 2. `call/pipeline.ts` runs operation middleware (`settings/middleware.ts`) once, under the total clock.
 * 3. It runs attempts: the first bare, the others by `retry()` after `call/retry_judge.ts` has agreed.
 * 4. Each attempt has a clock (`call/clocks.ts`) and a state (`call/call_state.ts`).
 * 5. `call/authenticate.ts` drives the scheme, `call/redirect.ts` says where a 3xx leads.
 * 6. Exchange middleware, the address guard and cookies (`call/cookies.ts`) see each request on the wire.
 * 7. `transport/fetch_transport.ts` makes the init; `fetch`, or the transport that was given, sends it.
 * 8. `transport/fetch_failure.ts` says what a failure means.
 * 9. `response/read_body.ts` reads within the limit, or `call/body_stream.ts` hands the body over.
 * 10. `response/response.ts` or `response/streaming_response.ts` is the answer.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import type { NetworkClient } from "../messages/message_stream.ts";
import { isRecord } from "../options/checks.ts";
import type { DrainOptions } from "../options/drain_options.ts";
import { showOnly } from "../redact.ts";
import { redactHeaders } from "../redact_headers.ts";
import type { Lazy } from "../runtime/lazy.ts";
import { requireES2024 } from "../runtime/required.ts";
import type { BodyData } from "./body/body_types.ts";
import type { Pipeline } from "./call/pipeline.ts";
import { type Config, configure, pipelineOf, ROOT_CONFIG } from "./client_config.ts";
import type { Download, DownloadOptions } from "./download/download_options.ts";
import type { DownloadTarget } from "./download/download_target.ts";
import type { PaginateOptions } from "./paginate/paginate.ts";
import { DOWNLOADS, FETCH, MISPLACED, PAGES } from "./parts.ts";
import { checkMethod } from "./request/method.ts";
import type { Response } from "./response/response.ts";
import type { StreamingResponse } from "./response/streaming_response.ts";
import type { HTTPClientOptions, RequestOptions } from "./settings/options.ts";
import { resolveCall } from "./settings/resolve_call.ts";
import { ownClientOptions, type Settings } from "./settings/settings.ts";

/** One of these at least is in options that are given as the body; the others are found in bodies too. */
const OPTION_LIKE = /^(?:headers|params|timeout|signal|json|form|multipart|auth|throwOnError)$/;

/** What the options of a client came to, for clients on top of it. */
export let settingsOf: (client: HTTPClient) => Settings;
/** Loads a part within the client's `timeout`, unless an abort or `close()` comes first. */
export let loadPart: <Part>(
  client: HTTPClient,
  part: Lazy<Part>,
  url: string | URL,
  options: RequestOptions,
) => Promise<Part>;

/**
 * An HTTP client on native `fetch`: timeouts that hold until the last byte, retries that never send
 * a write twice, redirects that leak no credentials, bodies of bounded size, and one error type.
 *
 * `get`, `head`, `options` and `delete` take `(url, options)`, `post`, `put`, `patch` and `query` take
 * `(url, data, options)`, and `request(method, url, options)` takes any method. They read the whole body:
 * the response can be used without waiting, and again. `stream()`, `download()` and `paginate()` are for what
 * is large. `extend(options)` returns a client with more options, which shares connections and retry budget;
 * `close()`, or `await using`, aborts what is in flight. `getHttpClient()` is the one client of a process, for
 * scripts. The module doc of `.` has all options.
 *
 * ## How is a body sent?
 *
 * | `data` | is sent as |
 * | --- | --- |
 * | plain objects, arrays, numbers, booleans | JSON; what JSON would change silently (a Map, NaN) is refused |
 * | strings | `text/plain;charset=UTF-8` |
 * | URLSearchParams, FormData, Blob, bytes | what it is; `form` and `multipart` make fields and files |
 * | a stream, `{ stream, size }` | it comes, once; with a `size` also with Content-Length |
 * | a function | what it makes, for each attempt |
 *
 * The options come after the body: `post(url, { json })` is a TypeError that says so.
 *
 * ## What is sent again?
 *
 * | what came back | GET, HEAD, PUT, DELETE, QUERY | POST, PATCH |
 * | --- | --- | --- |
 * | 408, 425, 429, 500, 502, 503, 504 | again | only with an `idempotencyKey` |
 * | the connection broke, or `timeout` | again | only with an `idempotencyKey` |
 * | no connection, so that nothing was sent | again | again |
 *
 * `attempts` and `retrySkipped` of a response or an error say what was tried, and why there was no more. The
 * option `retry` has other `methods` and `statuses`, and a `shouldRetry` that can say no.
 *
 * ## Where may a URL lead?
 *
 * `baseUrl` is a directory: `x` and `/x` are below it, and what leads out of it is refused without
 * `allowAnyOrigin`. Redirects and next pages on another origin get no credentials. For URLs from strangers set an
 * `addressPolicy`.
 *
 * @example Options of a client, and a failure
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 *
 * const headers = { "x-team": "ants" };
 * await using client = new HTTPClient({ timeout: 10, headers });
 * try {
 *   const url = "http://127.0.0.1:1/users";
 *   const response = await client.get(url, { params: { page: 2 } });
 *   console.log(response.statusCode, response.json());
 * } catch (error) {
 *   console.log(String(error)); // the message says that port 1 is blocked
 * }
 * ```
 *
 * @example Inside an SDK that takes a `fetch`: without retries of ours where it has its own
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import OpenAI from "openai";
 *
 * const client = new HTTPClient({ timeout: 60, idleTimeout: 90 });
 * const { fetch } = client.extend({ maxRetries: 0 });
 * const openai = new OpenAI({ fetch });
 * const answer = await openai.responses.create({
 *   model: "gpt-5",
 *   input: "Hello",
 * });
 * ```
 */
export class HTTPClient implements NetworkClient {
  static {
    settingsOf = (client) => client.#config.settings;
    loadPart = (client, part, url, options) => client.#load(part, url, options);
    showOnly(this, "HTTPClient", (client) => {
      const { settings } = client.#config;
      return {
        ...(client.url !== "" && { baseUrl: client.url }),
        timeoutMs: settings.timeoutMs,
        maxRetries: settings.policy.maxRetries,
        retryBackoffMs: settings.policy.backoffMs,
        headers: redactHeaders(Object.entries(settings.headers), settings.sensitiveHeaders),
      };
    });
  }

  #config: Config;
  #pipeline: Pipeline;
  #fetch: typeof globalThis.fetch | undefined;

  /**
   * Makes a client.
   *
   * @param options The defaults of every call, and what belongs to the client alone.
   * @throws {TypeError | RangeError} If an option cannot be used; the message names it.
   */
  constructor(options?: HTTPClientOptions) {
    requireES2024();
    this.#config = configure(ROOT_CONFIG, ownClientOptions(options));
    this.#pipeline = pipelineOf(this.#config);
  }

  /** The `baseUrl`, or the empty string. */
  get url(): string {
    const { origin = "", pathname = "" } = this.#config.base ?? {};
    return origin + pathname;
  }

  /**
   * The client as a `fetch`, for libraries that take one: bound, and by the Fetch Standard. It never
   * throws for a status. A failure is a `TypeError` with the error of this library as `cause`; the reason
   * of an abort is thrown as it is. What the client has (`baseUrl`, credentials, cookies, retries, limits,
   * hooks) counts here too, and `credentials: "omit"` leaves out its scheme and its cookies. The body of
   * a `Request`, and a stream, is sent once. `timeout` counts to the head, then `idleTimeout` counts
   * between chunks. `mode`, `referrer`, `priority` and `keepalive` mean nothing here.
   */
  get fetch(): typeof globalThis.fetch {
    return this.#fetch ??= async (input: unknown, init?: RequestInit) => {
      const { url = input, signal } = Object(input) as Request;
      const given = { signal: init?.signal ?? signal };
      const { fetchAs } = FETCH.now ??
        await this.#load(FETCH, String(url), given).catch((cause) => {
          throw cause instanceof NetworkingError ? new TypeError(cause.message, { cause }) : cause;
        });
      return await fetchAs({ config: this.#config, pipeline: this.#pipeline }, input, init);
    };
  }

  /**
   * Sends a GET request.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param options What differs from the client's options for this call.
   * @returns The response, whatever its status.
   * @throws {NetworkingError} If no response came.
   */
  get(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("GET", url, options);
  }

  /** Sends a HEAD request: the headers that {@linkcode HTTPClient.get} would return. */
  head(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("HEAD", url, options);
  }

  /** Sends an OPTIONS request; `url` and `options` as for {@linkcode HTTPClient.get}. */
  options(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("OPTIONS", url, options);
  }

  /**
   * Sends a DELETE request. A body, if the server wants one, is passed in the options.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param options What differs from the client's options for this call.
   */
  delete(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("DELETE", url, options);
  }

  /**
   * Sends a POST request. It is sent once: retried only when the failure proves that the server did
   * not get it, or with an `idempotencyKey`, or when `retry.methods` has POST.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options What differs from the client's options for this call.
   */
  post(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("POST", url, data, options);
  }

  /**
   * Sends a PUT request.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options What differs from the client's options for this call.
   */
  put(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("PUT", url, data, options);
  }

  /**
   * Sends a PATCH request, once, like POST.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options What differs from the client's options for this call.
   */
  patch(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("PATCH", url, data, options);
  }

  /**
   * Sends a QUERY request (RFC 10008): safe and idempotent like GET, with a body.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options What differs from the client's options for this call.
   */
  query(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("QUERY", url, data, options);
  }

  /**
   * Sends a request of any method.
   *
   * @param method The method, in any case; CONNECT, TRACE and TRACK are refused, as fetch does.
   * @param url Absolute, or relative to `baseUrl`.
   * @param options What differs from the client's options for this call.
   * @returns The response, whatever its status.
   * @throws {NetworkingError} If no response came.
   * @throws {TypeError | RangeError} If an option or argument cannot be used; nothing was sent.
   */
  request(method: string, url: string | URL, options?: RequestOptions): Promise<Response> {
    try {
      const { request, settings } = resolveCall(this.#config, checkMethod(method), url, options);
      return this.#pipeline.run(request, settings, false) as Promise<Response>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a request and returns the response as soon as its head arrives; the body is read as it
   * comes. `timeout` counts to the head, then `idleTimeout` counts between chunks; `totalTimeout`
   * does not count. Retries end with the head.
   *
   * @param method The method, in any case.
   * @param url Absolute, or relative to `baseUrl`.
   * @param options What differs from the client's options for this call.
   * @returns The response, whatever its status; use it with `await using`.
   *
   * @example
   * ```ts
   * import { HTTPClient } from "@codomyrmex/networking";
   *
   * const type = { "content-type": "text/event-stream" };
   * const handler = () => new Response("data: one\n\ndata: two\n\n", { headers: type });
   * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
   * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
   * await using response = await client.stream("GET", "/feed", { idleTimeout: 60 });
   * for await (const event of response.events()) console.log(event.data); // one, two
   * ```
   */
  async stream(
    method: string,
    url: string | URL,
    options?: RequestOptions,
  ): Promise<StreamingResponse> {
    const { request, settings } = resolveCall(this.#config, checkMethod(method), url, options);
    const unbounded = { ...settings, totalTimeoutMs: Infinity };
    return await this.#pipeline.run(request, unbounded, true) as StreamingResponse;
  }

  /**
   * Downloads to a file, a stream or a writer, content codings taken off. A transfer that breaks is
   * resumed if the server proves that the content is unchanged, and restarted otherwise; one that brought
   * 1 MiB or 1 % has all its retries back. A regular file appears under its name when it is whole, with
   * the permissions of the one it replaces; a FIFO or a device is written into. `idleTimeout` counts,
   * `totalTimeout` does not; `maxResponseSize` has no default here.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param target A path or `file:` URL (Deno, Node, Bun), whose links are followed, a `WritableStream`,
   * which is closed at the end, or an object with `write(chunk)`.
   * @param options Progress, checksum, and what differs for the calls.
   * @throws {HTTPError} For a response other than 2xx.
   * @throws {NetworkingError} With code `checksum_mismatch`, `resume_failed` if the target cannot
   * be rewound, or `decode_failed` for a coding that cannot be taken off. `attempts` has
   * every transfer.
   * @throws {TypeError} For a folder, a socket, or `resume` to something other than a regular file; nothing was sent.
   *
   * @example
   * ```ts
   * import { HTTPClient } from "@codomyrmex/networking";
   *
   * const handler = () => new Response("x".repeat(70_000), { headers: { etag: '"1"' } });
   * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
   * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
   * let bytes = 0;
   * const { size } = await client.download("/big", { write: (chunk) => void (bytes += chunk.length) });
   * console.log(size, bytes); // 70000 70000
   * ```
   */
  async download(
    url: string | URL,
    target: DownloadTarget,
    options?: DownloadOptions,
  ): Promise<Download> {
    const { downloadBy } = await this.#load(DOWNLOADS, url, options);
    return await downloadBy(this.#config, this.#pipeline, url, target, options);
  }

  /**
   * Yields the items of a list in pages, one by one; the next page is requested when it is
   * needed. Every page must be 2xx. A page on another origin than `url` gets neither secret headers
   * nor `params`, and a scheme only if it has that origin in its `origins`.
   *
   * @typeParam T The items.
   * @param url The first page.
   * @param options Where the items and the next page are, and what differs for each call.
   * @throws {HTTPError} For a page other than 2xx.
   * @throws {NetworkingError} With code `pagination_loop` or `too_many_pages`.
   *
   * @example
   * ```ts
   * import { HTTPClient, pageNumber } from "@codomyrmex/networking";
   *
   * const pages = [[1, 2], [3], []];
   * const handler = (request: Request) =>
   *   Response.json(pages[Number(new URL(request.url).searchParams.get("page") ?? 1) - 1]);
   * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
   * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
   *
   * for await (const n of client.paginate<number>("/list", { next: pageNumber() })) console.log(n);
   * ```
   */
  async *paginate<T = unknown>(
    url: string | URL,
    options?: PaginateOptions<T>,
  ): AsyncGenerator<T, void, undefined> {
    const { pagesOf } = await this.#load(PAGES, url, options);
    yield* pagesOf<T>(this.#config, this.#pipeline, url, options);
  }

  /**
   * A client with this one's options and `options` on top: headers, params and context are merged,
   * hooks and middleware of both run, this one's first. Closing either leaves the other open. With a
   * `baseUrl` of another origin, `auth`, secret headers and `params` of this one stay with its own.
   *
   * @param options What differs.
   */
  extend(options: HTTPClientOptions): HTTPClient {
    const child = new HTTPClient();
    child.#config = configure(this.#config, ownClientOptions(options));
    child.#pipeline = pipelineOf(child.#config);
    return child;
  }

  /**
   * Aborts what is in flight and frees the transport that was passed to this client. Later calls fail
   * with code `closed`. With `drain`, what is on the wire, streams and downloads may end before that, without
   * retries; calls that wait for a limiter and have sent nothing fail at once. `close()` ends a drain.
   *
   * @param options How long what is under way may take.
   *
   * @example Deno Deploy sends SIGINT, and ends the process 5 seconds later
   * ```ts ignore
   * Deno.addSignalListener("SIGINT", () => client.close({ drain: 4 }));
   * ```
   */
  async close(options?: DrainOptions): Promise<void> {
    await this.#pipeline.close(options);
    if (this.#config.ownsTransport) await this.#config.transport.close?.();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Loads what a call needs before its request is known, within `timeout`. */
  async #load<Part>(
    part: Lazy<Part>,
    url: string | URL,
    options: RequestOptions | undefined,
  ): Promise<Part> {
    if (part.now !== undefined) return part.now;
    const request = { method: "GET", url: String(url) };
    const { signals, timeoutMs } = this.#config.settings;
    const { signal } = Object(options) as RequestOptions;
    const both = { signals: signal instanceof AbortSignal ? [...signals, signal] : signals };
    return await this.#pipeline.span(request, both, (clock) => clock.race(part.load()), timeoutMs);
  }

  async #withData(
    method: string,
    url: string | URL,
    data: BodyData,
    options: RequestOptions | undefined,
  ): Promise<Response> {
    if (data === undefined || data === null) return await this.request(method, url, options);
    if (isRecord(data) && Object.keys(data).some((name) => OPTION_LIKE.test(name))) {
      const { refuseOptionsAsBody } = await this.#load(MISPLACED, url, options);
      refuseOptionsAsBody(method, data);
    }
    // What is no bag of options is refused there, and not lost in the copy here.
    const isBag = options === undefined || isRecord(options);
    return await this.request(method, url, isBag ? { ...options, data } : options);
  }
}
