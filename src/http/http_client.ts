/**
 * The HTTP client: it owns options and verbs, and leaves everything else to the pipeline.
 *
 * The path of `client.get(url)`:
 *
 * 1. `settings/resolve_call.ts` makes one request from the options and the URL, or throws.
 * 2. `call/pipeline.ts` runs operation middleware (`settings/middleware.ts`) once, under the total clock.
 * 3. It runs attempts: the first directly, the others through `retry()` if `call/retry_judge.ts` allows
 * them.
 * 4. Each attempt has a clock (`call/clocks.ts`) and a state (`call/call_state.ts`).
 * 5. `call/authenticate.ts` drives the scheme, `call/redirect.ts` finds the target of a 3xx.
 * 6. Exchange middleware, the address guard and cookies (`call/cookies.ts`) see each request on the wire.
 * 7. `transport/fetch_transport.ts` makes the init; `fetch`, or the client's own transport, sends it.
 * 8. `transport/fetch_failure.ts` classifies a failure.
 * 9. `response/read_body.ts` reads within the limit, or `call/body_stream.ts` streams it.
 * 10. `response/response.ts` or `response/streaming_response.ts` is the result.
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

/** Options passed as the body contain at least one of these; other option names are common in bodies. */
const OPTION_LIKE = /^(?:headers|params|timeout|signal|json|form|multipart|auth|throwOnError)$/;

/** Returns the settings of a client, for clients built on it. */
export let settingsOf: (client: HTTPClient) => Settings;
/** Loads a lazy part within the client's `timeout`; an abort and `close()` end the wait. */
export let loadPart: <Part>(
  client: HTTPClient,
  part: Lazy<Part>,
  url: string | URL,
  options: RequestOptions,
) => Promise<Part>;

/**
 * An HTTP client on native `fetch`. Timeouts cover the body to its last byte, retries never send a write
 * twice, redirects leak no credentials, bodies have a maximum size, and all errors share one base class.
 *
 * `get`, `head`, `options` and `delete` take `(url, options)`, `post`, `put`, `patch` and `query` take
 * `(url, data, options)`, and `request(method, url, options)` takes any method. They read the whole body,
 * so a response can be read synchronously and repeatedly. `stream()`, `download()` and `paginate()` are for
 * large bodies and lists. `extend(options)` returns a client with more options; both share connections and
 * the retry budget. `close()`, or `await using`, aborts all calls in flight. `getHttpClient()` returns one
 * client for the whole process, for scripts. The module doc of `.` lists all options.
 *
 * ## How is a body sent?
 *
 * | `data` | is sent as |
 * | --- | --- |
 * | plain objects, arrays, numbers, booleans | JSON; a value that JSON would change silently (a Map, NaN) is refused |
 * | strings | `text/plain;charset=UTF-8` |
 * | URLSearchParams, FormData, Blob, bytes | its own media type; the options `form` and `multipart` encode fields and files |
 * | a stream, `{ stream, size }` | chunks as they arrive, once; `size` sets Content-Length |
 * | a function | the body that it returns; it is called for each attempt |
 *
 * The options come after the body: `post(url, { json })` is a TypeError that says so.
 *
 * ## What is retried?
 *
 * | outcome of an attempt | GET, HEAD, PUT, DELETE, QUERY | POST, PATCH |
 * | --- | --- | --- |
 * | 408, 425, 429, 500, 502, 503, 504 | retried | only with an `idempotencyKey` |
 * | the connection broke, or `timeout` | retried | only with an `idempotencyKey` |
 * | no connection, so nothing was sent | retried | retried |
 *
 * A response and an error list their `attempts`; `retrySkipped` says why there was no further one. The
 * option `retry` changes `methods` and `statuses`, and its `shouldRetry` can stop retries.
 *
 * ## Where may a URL lead?
 *
 * `baseUrl` is a directory: `x` and `/x` are both below it. URLs outside it are refused without
 * `allowAnyOrigin`. Redirects and next pages on another origin receive no credentials. For untrusted URLs
 * set an `addressPolicy`.
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
 * @example In an SDK that accepts a `fetch`, without retries of the client
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import OpenAI from "openai";
 *
 * const client = new HTTPClient({ timeout: 60, idleTimeout: 90 });
 * const { fetch } = client.extend({ maxRetries: 0 });
 * const openai = new OpenAI({ fetch });
 * const result = await openai.responses.create({
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
   * @param options The defaults of every call, and the options of the client alone.
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
   * The client as a bound `fetch` by the Fetch Standard, for libraries that accept one. It never throws for
   * a status. A failure is a `TypeError` with this library's error as `cause`; an abort throws its own
   * reason. The client's options (`baseUrl`, credentials, cookies, retries, limits, hooks) apply here too;
   * `credentials: "omit"` leaves out its scheme and its cookies. A stream, and the body of a `Request`, is
   * sent only once. `timeout` applies to the head, then `idleTimeout` to the wait between chunks. `mode`,
   * `referrer`, `priority` and `keepalive` have no effect.
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
   * @param options Options of this call; they override the client's.
   * @returns The response, with any status.
   * @throws {NetworkingError} If no response arrived.
   */
  get(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("GET", url, options);
  }

  /** Sends a HEAD request: it returns the headers of {@linkcode HTTPClient.get} without a body. */
  head(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("HEAD", url, options);
  }

  /** Sends an OPTIONS request; `url` and `options` as for {@linkcode HTTPClient.get}. */
  options(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("OPTIONS", url, options);
  }

  /**
   * Sends a DELETE request. A body, if the server needs one, is passed in the options.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param options Options of this call; they override the client's.
   */
  delete(url: string | URL, options?: RequestOptions): Promise<Response> {
    return this.request("DELETE", url, options);
  }

  /**
   * Sends a POST request. It is retried only if the failure proves that the server did not receive it, if
   * it has an `idempotencyKey`, or if `retry.methods` contains POST.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options Options of this call; they override the client's.
   */
  post(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("POST", url, data, options);
  }

  /**
   * Sends a PUT request.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options Options of this call; they override the client's.
   */
  put(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("PUT", url, data, options);
  }

  /**
   * Sends a PATCH request, which is retried under the conditions of POST.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options Options of this call; they override the client's.
   */
  patch(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("PATCH", url, data, options);
  }

  /**
   * Sends a QUERY request (RFC 10008): safe and idempotent like GET, with a body.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param data The body; a plain object, array, number or boolean is sent as JSON.
   * @param options Options of this call; they override the client's.
   */
  query(url: string | URL, data?: BodyData, options?: RequestOptions): Promise<Response> {
    return this.#withData("QUERY", url, data, options);
  }

  /**
   * Sends a request of any method.
   *
   * @param method The method, in any case; CONNECT, TRACE and TRACK are refused, as in fetch.
   * @param url Absolute, or relative to `baseUrl`.
   * @param options Options of this call; they override the client's.
   * @returns The response, with any status.
   * @throws {NetworkingError} If no response arrived.
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
   * Sends a request and returns the response as soon as its head arrives; the body is read as it arrives.
   * `timeout` applies to the head, then `idleTimeout` to the wait between chunks; `totalTimeout` does not
   * apply. There are no retries after the head.
   *
   * @param method The method, in any case.
   * @param url Absolute, or relative to `baseUrl`.
   * @param options Options of this call; they override the client's.
   * @returns The response, with any status; use it with `await using`.
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
   * Downloads to a file, a stream or a writer, and decodes content codings. A transfer that breaks is
   * resumed if the server proves that the content is unchanged, and restarted otherwise. A transfer that
   * brought 1 MiB or 1 % resets the number of retries. A regular file appears under its name when it is
   * complete, with the permissions of the file it replaces; a FIFO or a device is written directly.
   * `idleTimeout` applies, `totalTimeout` does not; `maxResponseSize` has no default here.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param target A path or `file:` URL (Deno, Node, Bun; symbolic links are followed), a `WritableStream`
   * (closed at the end), or an object with `write(chunk)`.
   * @param options Progress, checksum, and options of each request.
   * @throws {HTTPError} For a response other than 2xx.
   * @throws {NetworkingError} With code `checksum_mismatch`, `resume_failed` if the target cannot be
   * rewound, or `decode_failed` for a coding that cannot be decoded. `attempts` lists every transfer.
   * @throws {TypeError} For a folder, a socket, or `resume` with a target that is no regular file; nothing
   * was sent.
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
   * Yields the items of a paginated list one by one; each page is requested when it is needed. Every page
   * must be 2xx. A page on another origin than `url` receives neither secret headers nor `params`. It
   * receives credentials only if the scheme's `origins` list that origin.
   *
   * @typeParam T The items.
   * @param url The first page.
   * @param options Where the items and the next page are, and options of each request.
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
   * Returns a client with this client's options and `options` on top. Headers, params and context are
   * merged; hooks and middleware of both run, this client's first. Closing one client leaves the other
   * open. If `baseUrl` has another origin, this client's `auth`, secret headers and `params` are not sent
   * there.
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
   * Aborts all calls in flight and closes the transport that was passed to this client. Later calls fail
   * with code `closed`. With `drain`, requests on the wire, streams and downloads may finish first, without
   * retries. Calls that have sent nothing and wait for a limiter fail immediately. A second `close()` ends
   * the drain.
   *
   * @param options How long unfinished calls may continue.
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

  /** Loads a lazy part that a call needs before its request is resolved, within `timeout`. */
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
    // request() refuses options that are no object; a copy made here would hide them.
    const isBag = options === undefined || isRecord(options);
    return await this.request(method, url, isBag ? { ...options, data } : options);
  }
}
